import { randomUUID } from 'node:crypto';
import Router from '@koa/router';
import { DomainError } from '../../domain/errors.ts';
import { fromDecimal, toDecimal } from '../../domain/money.ts';
import { isStaff } from '../../domain/roles.ts';
import type { ApiDependencies, ApiRouter, ApiState } from '../context.ts';
import { idempotencyHeaders, idParams } from '../contracts/common.ts';
import { refundBody } from '../contracts/refunds.ts';
import { identity } from '../middleware/identity.ts';
import type { RateLimits } from '../middleware/rate-limit.ts';
import { parse } from '../middleware/validate.ts';
import { readOrder } from '../orders/order-reader.ts';
import { viewerOf } from '../orders/routes.ts';
import { listRefunds, presentRefund, startRefund } from './service.ts';

export function refundRoutes(deps: ApiDependencies, limits: RateLimits): ApiRouter {
  const { db, settings } = deps;
  const identify = identity(settings);
  const router = new Router<ApiState>();

  router.post('/orders/:id/refunds', limits.limit('api'), identify, async (ctx) => {
    const { id } = parse(idParams, ctx.params, 'address');
    const headers = parse(idempotencyHeaders, ctx.headers, 'headers');
    const body = parse(refundBody, ctx.request.body, 'body');
    const order = await readOrder(db, settings, id, viewerOf(ctx));
    const person = ctx.state.identity;
    const staff = person !== undefined && isStaff(person.role);
    if (body.restock && !staff) throw new DomainError('forbidden', 'Only staff can put items back into stock.');
    const refund = await startRefund(deps, {
      orderId: order.id,
      requestId: headers['idempotency-key'] ?? randomUUID(),
      amountCents: body.amount === undefined ? undefined : toCents(body.amount, order.currency),
      reason: body.reason,
      restock: body.restock,
      requestedBy: person ? `${person.role}:${person.userId}` : 'guest',
    });
    ctx.status = 202;
    ctx.body = { refund: presentRefund(refund) };
  });

  router.get('/orders/:id/refunds', limits.limit('api'), identify, async (ctx) => {
    const { id } = parse(idParams, ctx.params, 'address');
    const order = await readOrder(db, settings, id, viewerOf(ctx));
    const { items, committedCents } = await listRefunds(db, order.id);
    const refundable = order.status === 'paid' || order.status === 'partially_refunded';
    const leftCents = refundable ? fromDecimal(order.captured_amount, order.currency) - committedCents : 0;
    ctx.body = {
      items,
      refundable_amount: toDecimal(Math.max(0, leftCents), order.currency),
      currency: order.currency,
    };
  });

  return router;
}

function toCents(amount: number, currency: string): number {
  try {
    return fromDecimal(amount, currency);
  } catch {
    throw new DomainError('invalid_request', 'The body needs attention.', {
      details: {
        errors: [
          { path: 'amount', message: `use an amount in ${currency.toUpperCase()}, with no more decimals than it has` },
        ],
      },
    });
  }
}
