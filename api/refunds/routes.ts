import { randomUUID } from 'node:crypto';
import { DomainError } from '../../domain/errors.ts';
import { fromDecimal, toDecimal } from '../../domain/money.ts';
import { isAllowed } from '../../domain/order-state.ts';
import { refundCents } from '../../domain/refund.ts';
import { isStaff } from '../../domain/roles.ts';
import type { ApiContext } from '../context.ts';
import { idempotencyHeaders, idParams } from '../contracts/common.ts';
import {
  decisionBody,
  refundAnswer,
  refundBody,
  refundList,
  waitingQuery,
  waitingRefunds,
  withdrawBody,
} from '../contracts/refunds.ts';
import { readOrder } from '../orders/order-reader.ts';
import { personOf, viewerOf } from '../orders/routes.ts';
import { gives } from '../responses.ts';
import { declareRoutes } from '../route.ts';
import { decideRefund, listRefunds, listWaiting, orderOfRefund, startRefund, withdrawRefund } from './service.ts';

const isStaffAsking = (ctx: ApiContext): boolean =>
  ctx.state.identity !== undefined && isStaff(ctx.state.identity.role);

const DECISIONS = [
  {
    decision: 'approve',
    summary: 'Approve a waiting refund; support leads only, except the requester',
    decided: 'The approved refund, which is sent to Stripe',
  },
  { decision: 'reject', summary: 'Reject a waiting refund; the customer sees the reason', decided: 'The refund' },
] as const;

export const refundRoutes = declareRoutes(
  (deps) => deps,
  (route) => [
    route({
      method: 'post',
      path: '/orders/{id}/refunds',
      tag: 'Refunds',
      summary: 'Request a full or partial refund',
      access: 'owner',
      limit: 'api',
      params: idParams,
      headers: idempotencyHeaders,
      body: refundBody,
      ok: gives('The refund was accepted', refundAnswer, 202),
      problems: {
        403: 'Only staff can return items to stock',
        404: 'Order not found',
        409: 'The amount or items can no longer be refunded',
        422: 'The Idempotency-Key was used for a different refund',
      },
      async handle({ ctx, params, headers, body }, deps) {
        const order = await readOrder(deps.db, deps.settings, params.id, viewerOf(ctx));
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
          order,
        });
        return { refund };
      },
    }),

    route({
      method: 'get',
      path: '/orders/{id}/refunds',
      tag: 'Refunds',
      summary: 'List an order’s refunds and what can still be refunded',
      access: 'owner',
      limit: 'reads',
      params: idParams,
      ok: gives('Refunds', refundList),
      problems: { 404: 'Order not found' },
      async handle({ ctx, params }, { db, settings }) {
        const order = await readOrder(db, settings, params.id, viewerOf(ctx));
        const { items, committedCents } = await listRefunds(db, settings, order.id, isStaffAsking(ctx));
        const leftCents = isAllowed('refund', order.status)
          ? fromDecimal(order.captured_amount, order.currency) - committedCents
          : 0;
        return {
          items,
          refundable_amount: toDecimal(Math.max(0, leftCents), order.currency),
          currency: order.currency,
        };
      },
    }),

    route({
      method: 'get',
      path: '/refunds',
      tag: 'Refunds',
      summary: 'List refunds that are waiting for action, oldest first; staff only',
      access: 'staff',
      limit: 'reads',
      query: waitingQuery,
      ok: gives('The waiting refunds', waitingRefunds),
      async handle({ ctx, query }, { db, settings }) {
        ctx.set('Cache-Control', 'no-store');
        return { items: await listWaiting(db, settings, query.status) };
      },
    }),

    route({
      method: 'post',
      path: '/refunds/{id}/withdraw',
      tag: 'Refunds',
      summary: 'Withdraw a refund that is waiting; customers, only a request of their own',
      access: 'owner',
      limit: 'api',
      params: idParams,
      body: withdrawBody,
      ok: gives('The withdrawn refund; nothing is refunded', refundAnswer),
      problems: {
        403: 'The shop’s support team requested this refund',
        404: 'Refund not found',
        409: 'The refund was sent or has ended',
      },
      async handle({ ctx, params: { id }, body: { reason = 'No longer wanted' } }, deps) {
        const orderId = await orderOfRefund(deps.db, id);
        // A refund of another shopper's order is not found either.
        await readOrder(deps.db, deps.settings, orderId, viewerOf(ctx), 'Refund not found.');
        return { refund: await withdrawRefund(deps, { refundId: id, actor: personOf(ctx), reason }) };
      },
    }),

    ...DECISIONS.map(({ decision, summary, decided }) =>
      route({
        method: 'post',
        path: `/refunds/{id}/${decision}`,
        tag: 'Refunds',
        summary,
        access: 'lead',
        limit: 'api',
        params: idParams,
        body: decisionBody,
        ok: gives(decided, refundAnswer),
        problems: { 404: 'Refund not found', 409: 'The refund is not waiting for approval' },
        async handle({ ctx, params, body }, deps) {
          const actor = personOf(ctx);
          return { refund: await decideRefund(deps, { refundId: params.id, decision, actor, reason: body.reason }) };
        },
      }),
    ),
  ],
);

function toCents(amount: number, currency: string): number {
  const cents = refundCents(amount, currency);
  if (typeof cents === 'number') return cents;
  throw new DomainError('invalid_request', 'The request body is not valid. See errors.', {
    details: { errors: [{ path: 'amount', message: cents }] },
  });
}
