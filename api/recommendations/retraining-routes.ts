import Router from '@koa/router';
import { RETRAINING_ID } from '../../workflows/recommendations/messages.ts';
import type { ApiDependencies, ApiRouter, ApiState } from '../context.ts';
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
    const { started } = await retrain(deps, { actor: `admin:${userId}`, reason, publishAnyway: publish_anyway });
    ctx.status = 202;
    ctx.body = { workflow_id: RETRAINING_ID, started };
  });

  router.post('/admin/recommendations/rollback', limits.limit('api'), identify, async (ctx) => {
    const { userId } = requireRole(ctx, 'admin');
    const { reason } = parse(rollbackBody, ctx.request.body, 'body');
    ctx.body = await rollBack(deps, { actor: `admin:${userId}`, reason });
  });

  return router;
}
