import { z } from 'zod';
import { findBody, listParams, supportLists } from '../contracts/support.ts';
import { gives, redirects, writes } from '../responses.ts';
import { declareRoutes } from '../route.ts';
import { addressOfCase } from './find.ts';
import { writeSupportPage } from './page.ts';
import { addressOfList, readLists } from './service.ts';

/** Public, because a list's URL reveals nothing and the Web UI requires its own sign-in. */
export const supportRoutes = declareRoutes(
  (deps) => deps,
  (route) => [
    route({
      method: 'get',
      path: '/support/find',
      tag: 'Support',
      summary: 'A page on which support staff find a case',
      access: 'public',
      limit: 'support',
      ok: writes('A page with one field and the lists', 'text/html', z.string()),
      respond: ({ ctx }, { settings }) => writeSupportPage(ctx, settings, {}),
    }),

    route({
      method: 'post',
      path: '/support/find',
      tag: 'Support',
      summary: 'Find a case by order number, ID, email address, status, amount, or day',
      access: 'public',
      limit: 'support',
      body: findBody,
      acceptsForms: true,
      ok: redirects('Redirect to the list of matching cases in the Temporal Web UI', 303),
      problems: {
        400: 'This can’t be searched for; `detail` states what can be entered',
        404: 'The shop has no payment, refund, or chargeback with this ID at Stripe',
        503: 'No Temporal Web UI is configured',
      },
      handle({ ctx, body }, deps) {
        ctx.set('Cache-Control', 'no-store');
        ctx.state.entered = body.for;
        return addressOfCase(deps, body.for);
      },
    }),

    route({
      method: 'get',
      path: '/support/lists',
      tag: 'Support',
      summary: 'List the support team’s work lists',
      access: 'public',
      limit: 'support',
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
      limit: 'support',
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
