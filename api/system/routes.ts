import Router from '@koa/router';
import type { ApiDependencies, ApiRouter, ApiState } from '../context.ts';
import { docsPage } from '../openapi/docs-page.ts';
import { openApiDocument } from '../openapi/document.ts';

/** A server that takes longer than this to say that it is well is not. */
const CHECK_MS = 2_000;

export function systemRoutes(deps: ApiDependencies): ApiRouter {
  const router = new Router<ApiState>();
  const document = JSON.stringify(openApiDocument());
  const page = docsPage(openApiDocument());

  /** Alive: the process answers. */
  router.get('/health', (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    ctx.body = { status: 'ok' };
  });

  /** Ready: orders can be taken. Search may be away; the shop sells without it. */
  router.get('/ready', async (ctx) => {
    const checks = {
      postgres: await well(deps.db.rows('select 1')),
      redis: await well(deps.redis.ping()),
      temporal: await well(deps.temporal.connection.ensureConnected()),
      stock_gate: await well(
        deps.stockCounters.builtIn().then((builtIn) => {
          if (builtIn === undefined) throw new Error('closed');
        }),
      ),
      elasticsearch: await well(deps.productIndex.client.cluster.health()),
    };
    const { elasticsearch: _optional, ...needed } = checks;
    const ready = Object.values(needed).every(Boolean);
    ctx.status = ready ? 200 : 503;
    if (!ready) ctx.set('Retry-After', '1');
    ctx.set('Cache-Control', 'no-store');
    ctx.body = { status: ready ? 'ready' : 'not ready', checks };
  });

  router.get('/openapi.json', (ctx) => {
    ctx.type = 'application/json';
    ctx.body = document;
  });

  router.get('/docs', (ctx) => {
    ctx.type = 'html';
    ctx.body = page;
  });

  return router;
}

async function well(check: Promise<unknown>): Promise<boolean> {
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
