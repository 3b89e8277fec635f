import Router from '@koa/router';
import { DomainError } from '../../domain/errors.ts';
import { GUEST, personActor } from '../../domain/identity.ts';
import { isAllowed, statusInWords } from '../../domain/order-state.ts';
import { proveActor, refundIdOf, refundSubject } from '../../infra/actor-proof.ts';
import { cancelOrderUpdate } from '../../workflows/order/messages.ts';
import { updateOrder } from '../case-workflows.ts';
import type { ApiContext, ApiDependencies, ApiRouter, ApiState } from '../context.ts';
import { idParams } from '../contracts/common.ts';
import { cancelBody, orderListQuery } from '../contracts/orders.ts';
import { identity, ownersOf } from '../middleware/identity.ts';
import type { RateLimits } from '../middleware/rate-limit.ts';
import { parse } from '../middleware/validate.ts';
import { orderEventStream } from './event-stream.ts';
import { listOrders, readOrder, type Viewer } from './order-reader.ts';

export const viewerOf = (ctx: ApiContext): Viewer => ({ owners: ownersOf(ctx), identity: ctx.state.identity });

/** Who asks, as records name people. */
export function personOf(ctx: ApiContext): string {
  const person = ctx.state.identity;
  return person ? personActor(person.role, person.userId) : GUEST;
}

export function orderRoutes(deps: ApiDependencies, limits: RateLimits): ApiRouter {
  const { db, settings } = deps;
  const identify = identity(deps);
  const router = new Router<ApiState>();

  router.get('/orders', limits.limit('api'), identify, async (ctx) => {
    const query = parse(orderListQuery, ctx.query, 'query');
    const owners = ownersOf(ctx);
    if (owners.length === 0) throw new DomainError('unauthenticated', 'Sign in to view your orders.');
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
    const { reason = 'Canceled by the customer' } = parse(cancelBody, ctx.request.body ?? {}, 'body');
    const before = await readOrder(db, settings, id, viewerOf(ctx));
    // Canceled already is what was asked for.
    if (isAllowed('cancel', before.status)) {
      const person = personOf(ctx);
      const requestId = await cancellationId(id, person);
      const subject = refundSubject(refundIdOf(id, requestId));
      const order = {
        orderId: id,
        customerId: before.user_id,
        amount: before.total_amount,
        status: before.status,
        createdAt: new Date(before.created_at),
      };
      await updateOrder(deps, order, cancelOrderUpdate, {
        requestId,
        reason,
        ...proveActor(settings.JWT_SECRET, person, subject),
      });
    }
    const order = await readOrder(db, settings, id, viewerOf(ctx));
    // Above the asker's limit a support lead has to agree: nothing ships meanwhile.
    if (order.status === 'under_review' && order.cancellation_waits) ctx.status = 202;
    else if (order.status !== 'canceled') {
      throw new DomainError(
        'order_not_cancelable',
        `The order is ${statusInWords(order.status)} and can no longer be canceled.`,
        {
          details: { order_status: order.status },
        },
      );
    }
    ctx.body = order;
  });

  /** One cancellation an order and person, whoever presses how often; after a rejection they may request another one. */
  async function cancellationId(orderId: string, person: string): Promise<string> {
    const rejected = await db.row<{ count: number }>(
      `select count(*)::int as count from refunds where order_id = $1 and kind = 'cancellation' and status = 'rejected'`,
      [orderId],
    );
    const suffix = rejected!.count > 0 ? `-${rejected!.count + 1}` : '';
    return `cancel-${person.replace(':', '-')}${suffix}`;
  }

  return router;
}
