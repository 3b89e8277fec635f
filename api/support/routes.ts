import { listParams, supportLists } from '../contracts/support.ts';
import { gives, redirects } from '../responses.ts';
import { declareRoutes } from '../route.ts';
import { addressOfList, readLists } from './service.ts';

/** Public, because a list's URL reveals nothing and the Web UI requires its own sign-in. */
export const supportRoutes = declareRoutes(
  (deps) => deps,
  (route) => [
    route({
      method: 'get',
      path: '/support/lists',
      tag: 'Support',
      summary: 'List the support team’s work lists',
      access: 'public',
      limit: 'api',
      ok: gives('The lists with their URLs and queries', supportLists),
      async handle({ ctx }, deps) {
        ctx.set('Cache-Control', 'no-store');
        return { items: await readLists(deps, new Date()) };
      },
    }),

    route({
      method: 'get',
      path: '/support/lists/{name}',
      tag: 'Support',
      summary: 'Open a support list in the Temporal Web UI',
      access: 'public',
      limit: 'api',
      params: listParams,
      ok: redirects('Redirect to the Temporal Web UI'),
      problems: {
        404: 'List not found; `lists` contains the available lists',
        503: 'No Temporal Web UI is configured',
      },
      handle({ ctx, params }, deps) {
        ctx.set('Cache-Control', 'no-store');
        return addressOfList(deps, params.name, new Date());
      },
    }),
  ],
);
