import { randomUUID } from 'node:crypto';
import Router from '@koa/router';
import { personActor } from '../../domain/identity.ts';
import { ID_NAMESPACES } from '../../domain/ids.ts';
import { uuidFrom } from '../../infra/uuid.ts';
import { RETRAINING_ID } from '../../workflows/recommendations/messages.ts';
import type { ApiContext, ApiDependencies, ApiRouter, ApiState } from '../context.ts';
import { idempotencyHeaders } from '../contracts/common.ts';
import { retrainBody, rollbackBody } from '../contracts/recommendations.ts';
import { identity, requireRole } from '../middleware/identity.ts';
import type { RateLimits } from '../middleware/rate-limit.ts';
import { parse } from '../middleware/validate.ts';
import { recommendationState, retrain, rollBack } from './retraining-service.ts';

export function retrainingRoutes(deps: ApiDependencies, limits: RateLimits): ApiRouter {
  const identify = identity(deps);
  const router = new Router<ApiState>();

  router.get('/admin/recommendations', limits.limit('api'), identify, async (ctx) => {
    requireRole(ctx, 'admin');
    ctx.set('Cache-Control', 'no-store');
    ctx.body = await recommendationState(deps);
  });

  router.post('/admin/recommendations/retrain', limits.limit('api'), identify, async (ctx) => {
    const { userId } = requireRole(ctx, 'admin');
    const { reason, publish_anyway } = parse(retrainBody, ctx.request.body ?? {}, 'body');
    const actor = personActor('admin', userId);
    const { started } = await retrain(deps, {
      actor,
      requestId: requestIdOf(ctx, actor),
      reason,
      publishAnyway: publish_anyway,
    });
    ctx.status = 202;
    ctx.body = { workflow_id: RETRAINING_ID, started };
  });

  router.post('/admin/recommendations/rollback', limits.limit('api'), identify, async (ctx) => {
    const { userId } = requireRole(ctx, 'admin');
    const { reason } = parse(rollbackBody, ctx.request.body, 'body');
    const actor = personActor('admin', userId);
    ctx.body = await rollBack(deps, { actor, requestId: requestIdOf(ctx, actor), reason });
  });

  return router;
}

/** The workflow answers the same request once: a repeated one rolls back no further. */
function requestIdOf(ctx: ApiContext, actor: string): string {
  const key = parse(idempotencyHeaders, ctx.headers, 'headers')['idempotency-key'];
  return key === undefined ? randomUUID() : uuidFrom(ID_NAMESPACES.retraining, `${actor}:${key}`);
}
