import { z } from 'zod';
import type { ApiDependencies } from '../context.ts';
import { Alternative, gives, withAlternative, writes } from '../responses.ts';
import { declareRoutes } from '../route.ts';

/** A server that takes longer than this to respond is unavailable. */
const CHECK_MS = 2_000;
const CHECK_EVERY_MS = 1_000;

const status = z.object({ status: z.string(), checks: z.record(z.string(), z.boolean()).optional() });

export const systemRoutes = declareRoutes(
  (deps) => ({ ...deps, checks: new ServerChecks(deps) }),
  (route) => [
    route({
      method: 'get',
      path: '/health',
      tag: 'System',
      summary: 'Check whether the process is alive',
      access: 'public',
      limit: 'none',
      ok: gives('The process is alive', status),
      handle({ ctx }) {
        ctx.set('Cache-Control', 'no-store');
        return { status: 'ok' };
      },
    }),

    route({
      method: 'get',
      path: '/ready',
      tag: 'System',
      summary: 'Check whether the API can take orders',
      access: 'public',
      limit: 'none',
      ok: withAlternative(
        gives('Orders can be taken', status),
        503,
        'Orders can’t be taken; `checks` names the unavailable service',
      ),
      async handle({ ctx }, deps) {
        const checks = await deps.checks.newest();
        // The shop can sell without search.
        const { elasticsearch: _optional, ...needed } = checks;
        const ready = Object.values(needed).every(Boolean);
        ctx.set('Cache-Control', 'no-store');
        if (ready) return { status: 'ready', checks };
        ctx.set('Retry-After', '1');
        return new Alternative({ status: 'not ready', checks });
      },
    }),

    route({
      method: 'get',
      path: '/openapi.json',
      tag: 'System',
      summary: 'Get this document',
      access: 'public',
      limit: 'none',
      ok: gives('OpenAPI 3.1', z.looseObject({ openapi: z.string() })),
      respond({ ctx }, { documentation }) {
        ctx.type = 'application/json';
        ctx.body = documentation.json;
      },
    }),

    route({
      method: 'get',
      path: '/docs',
      tag: 'System',
      summary: 'This document as a web page',
      access: 'public',
      limit: 'none',
      ok: writes('A page', 'text/html', z.string()),
      respond({ ctx }, { documentation }) {
        ctx.type = 'html';
        ctx.body = documentation.page;
      },
    }),
  ],
);

/** Checks the servers at most once per second, however often it is asked. */
class ServerChecks {
  readonly #deps: ApiDependencies;
  #latest: { checks: ReturnType<typeof checkServers>; startedAtMs: number } | undefined;

  constructor(deps: ApiDependencies) {
    this.#deps = deps;
  }

  newest(): ReturnType<typeof checkServers> {
    const nowMs = performance.now();
    if (!this.#latest || nowMs - this.#latest.startedAtMs >= CHECK_EVERY_MS)
      this.#latest = { checks: checkServers(this.#deps), startedAtMs: nowMs };
    return this.#latest.checks;
  }
}

async function checkServers({ db, redis, temporal, stockCounters, productIndex }: ApiDependencies) {
  return {
    postgres: await isAvailable(db.rows('select 1')),
    redis: await isAvailable(redis.ping()),
    temporal: await isAvailable(temporal.connection.ensureConnected()),
    stock_counters: await isAvailable(
      stockCounters.builtIn().then((builtIn) => {
        if (builtIn === undefined) throw new Error('closed');
      }),
    ),
    elasticsearch: await isAvailable(productIndex.client.cluster.health()),
  };
}

async function isAvailable(check: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, CHECK_MS, false);
  });
  const answered = check.then(
    () => true,
    () => false,
  );
  return Promise.race([answered, late]).finally(() => clearTimeout(timer));
}
