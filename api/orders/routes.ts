import Router from '@koa/router';
import { DomainError } from '../../domain/errors.ts';
import { cancelOrderUpdate, checkoutWorkflowId } from '../../workflows/checkout/messages.ts';
import type { ApiContext, ApiDependencies, ApiRouter, ApiState } from '../context.ts';
import { idParams } from '../contracts/common.ts';
import { orderListQuery } from '../contracts/orders.ts';
import { identity, ownersOf } from '../middleware/identity.ts';
import type { RateLimits } from '../middleware/rate-limit.ts';
import { parse } from '../middleware/validate.ts';
import { answerDeadline, callWorkflow } from '../temporal-call.ts';
import { orderEventStream } from './event-stream.ts';
import { listOrders, readOrder, type Viewer } from './order-reader.ts';

export const viewerOf = (ctx: ApiContext): Viewer => ({ owners: ownersOf(ctx), identity: ctx.state.identity });

export function orderRoutes(deps: ApiDependencies, limits: RateLimits): ApiRouter {
  const { db, settings, temporal } = deps;
  const identify = identity(settings);
  const router = new Router<ApiState>();

  router.get('/orders', limits.limit('api'), identify, async (ctx) => {
    const query = parse(orderListQuery, ctx.query, 'query');
    const owners = ownersOf(ctx);
    if (owners.length === 0) throw new DomainError('unauthenticated', 'Sign in to see your orders.');
    ctx.body = await listOrders(db, owners, query);
  });

  router.get('/orders/:id', limits.limit('api'), identify, async (ctx) => {
    const { id } = parse(idParams, ctx.params, 'address');
    ctx.set('Cache-Control', 'no-store');
    ctx.body = await readOrder(db, settings, id, viewerOf(ctx));
  });

  router.get('/orders/:id/events', limits.limit('api'), identify, async (ctx) => {
    const { id } = parse(idParams, ctx.params, 'address');
    const stream = await orderEventStream(deps, id, viewerOf(ctx));
    ctx.set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
    ctx.req.socket.setTimeout(0);
    ctx.body = stream;
  });

  router.post('/orders/:id/cancel', limits.limit('api'), identify, async (ctx) => {
    const { id } = parse(idParams, ctx.params, 'address');
    const before = await readOrder(db, settings, id, viewerOf(ctx));
    // Cancelled already is what was asked for.
    if (before.status === 'pending') {
      const requestedBy = ctx.state.identity ? `${ctx.state.identity.role}:${ctx.state.identity.userId}` : 'guest';
      await callWorkflow(() =>
        temporal.withDeadline(answerDeadline(), () =>
          temporal.workflow
            .getHandle(checkoutWorkflowId(id))
            .executeUpdate(cancelOrderUpdate, { args: [{ requestedBy }] }),
        ),
      );
    }
    const order = before.status === 'pending' ? await readOrder(db, settings, id, viewerOf(ctx)) : before;
    if (order.status !== 'cancelled') {
      throw new DomainError(
        'order_not_cancellable',
        `The order is ${order.status.replace('_', ' ')}; it can’t be cancelled any more.`,
        {
          details: { order_status: order.status },
        },
      );
    }
    ctx.body = order;
  });

  return router;
}
