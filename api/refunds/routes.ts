import { randomUUID } from 'node:crypto';
import Router from '@koa/router';
import { DomainError } from '../../domain/errors.ts';
import { fromDecimal, toDecimal } from '../../domain/money.ts';
import { isAllowed } from '../../domain/order-state.ts';
import { refundCents } from '../../domain/refund.ts';
import { isStaff } from '../../domain/roles.ts';
import type { ApiContext, ApiDependencies, ApiRouter, ApiState } from '../context.ts';
import { idempotencyHeaders, idParams } from '../contracts/common.ts';
import { decisionBody, refundBody, waitingQuery } from '../contracts/refunds.ts';
import { identity, requireRole } from '../middleware/identity.ts';
import type { RateLimits } from '../middleware/rate-limit.ts';
import { parse } from '../middleware/validate.ts';
import { readOrder } from '../orders/order-reader.ts';
import { personOf, viewerOf } from '../orders/routes.ts';
import { decideRefund, listRefunds, listWaiting, startRefund } from './service.ts';

const isStaffAsking = (ctx: ApiContext): boolean =>
  ctx.state.identity !== undefined && isStaff(ctx.state.identity.role);

export function refundRoutes(deps: ApiDependencies, limits: RateLimits): ApiRouter {
  const { db, settings } = deps;
  const identify = identity(deps);
  const router = new Router<ApiState>();

  router.post('/orders/:id/refunds', limits.limit('api'), identify, async (ctx) => {
    const { id } = parse(idParams, ctx.params, 'address');
    const headers = parse(idempotencyHeaders, ctx.headers, 'headers');
    const body = parse(refundBody, ctx.request.body, 'body');
    const order = await readOrder(db, settings, id, viewerOf(ctx));
    if (body.restock && !isStaffAsking(ctx))
      throw new DomainError('forbidden', 'Only staff can return items to stock.');
    const refund = await startRefund(deps, {
      orderId: order.id,
      requestId: headers['idempotency-key'] ?? randomUUID(),
      amountCents: body.amount === undefined ? undefined : toCents(body.amount, order.currency),
      lines: body.lines?.map((line) => ({ productId: line.product_id, quantity: line.quantity })),
      reason: body.reason,
      restock: body.restock,
      awaitReturn: body.await_return,
      actor: personOf(ctx),
      customerId: order.user_id,
      currency: order.currency,
    });
    ctx.status = 202;
    ctx.body = { refund };
  });

  router.get('/orders/:id/refunds', limits.limit('api'), identify, async (ctx) => {
    const { id } = parse(idParams, ctx.params, 'address');
    const order = await readOrder(db, settings, id, viewerOf(ctx));
    const { items, committedCents } = await listRefunds(db, settings, order.id, isStaffAsking(ctx));
    const leftCents = isAllowed('refund', order.status)
      ? fromDecimal(order.captured_amount, order.currency) - committedCents
      : 0;
    ctx.body = {
      items,
      refundable_amount: toDecimal(Math.max(0, leftCents), order.currency),
      currency: order.currency,
    };
  });

  router.get('/refunds', limits.limit('api'), identify, async (ctx) => {
    requireRole(ctx, 'support', 'support_lead', 'admin');
    const { status } = parse(waitingQuery, ctx.query, 'query');
    ctx.set('Cache-Control', 'no-store');
    ctx.body = { items: await listWaiting(db, settings, status) };
  });

  for (const decision of ['approve', 'reject'] as const) {
    router.post(`/refunds/:id/${decision}`, limits.limit('api'), identify, async (ctx) => {
      requireRole(ctx, 'support_lead', 'admin');
      const { id } = parse(idParams, ctx.params, 'address');
      const { reason } = parse(decisionBody, ctx.request.body, 'body');
      ctx.body = { refund: await decideRefund(deps, { refundId: id, decision, actor: personOf(ctx), reason }) };
    });
  }

  return router;
}

function toCents(amount: number, currency: string): number {
  const cents = refundCents(amount, currency);
  if (typeof cents === 'number') return cents;
  throw new DomainError('invalid_request', 'The request body is not valid. See errors.', {
    details: { errors: [{ path: 'amount', message: cents }] },
  });
}
