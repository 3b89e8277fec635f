/** Refunds in PostgreSQL: decided under the order's row lock, so requests at the same moment can't exceed the charge. */
import { fromDecimal, toDecimalString } from '../../domain/money.ts';
import type { OrderStatus, RefundStatus } from '../../domain/order-state.ts';
import { decideRefund, statusAfterRefunds } from '../../domain/refund.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';
import { restockInLedger } from '../inventory/stock-ledger.ts';

export interface RefundFacts {
  refundId: string;
  orderId: string;
  requestId: string;
  amountCents: number;
  currency: string;
  reason: string;
  status: RefundStatus;
  restock: boolean;
  paymentIntentId: string;
  stripeRefundId: string | null;
  createdAt: string;
  updatedAt: string;
}

export interface RefundRequest {
  refundId: string;
  orderId: string;
  requestId: string;
  /** 1 or more; undefined asks for all that is left. */
  amountCents?: number;
  reason: string;
  restock: boolean;
  requestedBy: string;
}

export type RequestedRefund =
  | { outcome: 'accepted'; refund: RefundFacts }
  | {
      outcome: 'refused';
      code: 'order_not_refundable' | 'refund_exceeds_charge';
      message: string;
      refundableCents: number;
      currency: string;
    }
  | { outcome: 'order_missing' };

interface RefundRow {
  id: string;
  order_id: string;
  request_id: string;
  amount: string;
  currency: string;
  reason: string;
  status: RefundStatus;
  restock: boolean;
  payment_intent_id: string;
  stripe_refund_id: string | null;
  created_at: Date;
  updated_at: Date;
}

const READ_REFUND = `
  select refund.id, refund.order_id, refund.request_id, refund.amount, refund.currency, refund.reason, refund.status, refund.restock,
    o.payment_intent_id, refund.stripe_refund_id, refund.created_at, refund.updated_at
  from refunds refund join orders o on o.id = refund.order_id where refund.id = $1`;

export async function readRefund(sql: Sql, refundId: string): Promise<RefundFacts | undefined> {
  const row = await sql.row<RefundRow>(READ_REFUND, [refundId]);
  return (
    row && {
      refundId: row.id,
      orderId: row.order_id,
      requestId: row.request_id,
      amountCents: fromDecimal(row.amount, row.currency),
      currency: row.currency,
      reason: row.reason,
      status: row.status,
      restock: row.restock,
      paymentIntentId: row.payment_intent_id,
      stripeRefundId: row.stripe_refund_id,
      createdAt: row.created_at.toISOString(),
      updatedAt: row.updated_at.toISOString(),
    }
  );
}

/** Accepts or refuses a refund. The same request id meets the refund that it made before. */
export async function requestRefund(db: Database, request: RefundRequest): Promise<RequestedRefund> {
  return db.transaction(async (sql) => {
    const order = await sql.row<{ status: OrderStatus; captured_amount: string; currency: string }>(
      'select status, captured_amount, currency from orders where id = $1 for no key update',
      [request.orderId],
    );
    if (!order) return { outcome: 'order_missing' };
    const existing = await readRefund(sql, request.refundId);
    if (existing) return { outcome: 'accepted', refund: existing };

    const earlier = await sql.rows<{ amount: string; status: RefundStatus }>(
      'select amount, status from refunds where order_id = $1',
      [request.orderId],
    );
    const decision = decideRefund(
      { status: order.status, capturedCents: fromDecimal(order.captured_amount, order.currency) },
      earlier.map((row) => ({ amountCents: fromDecimal(row.amount, order.currency), status: row.status })),
      request.amountCents,
    );
    if (!decision.ok) {
      return {
        outcome: 'refused',
        code: decision.code,
        message: decision.message,
        refundableCents: decision.refundableCents,
        currency: order.currency,
      };
    }
    await sql.run(
      `insert into refunds (id, order_id, request_id, amount, currency, reason, restock, requested_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        request.refundId,
        request.orderId,
        request.requestId,
        toDecimalString(decision.amountCents, order.currency),
        order.currency,
        request.reason,
        request.restock,
        request.requestedBy,
      ],
    );
    await sql.run(
      `insert into order_events (order_id, type, message, data, actor, dedupe_key)
       values ($1, 'refund_requested', 'Refund requested.', $2, $3, $4)`,
      [
        request.orderId,
        JSON.stringify({ refundId: request.refundId, amountCents: decision.amountCents }),
        request.requestedBy,
        `refund:${request.refundId}:requested`,
      ],
    );
    return { outcome: 'accepted', refund: (await readRefund(sql, request.refundId))! };
  });
}

export interface StripeRefundOutcome {
  refundId: string;
  stripeRefundId: string | null;
  /** `pending` means that Stripe has accepted it: the money counts as given back until Stripe says that it failed. */
  status: RefundStatus;
  failureReason?: string;
}

/** Books what Stripe says of a refund and brings the order's refunded amount and status in line. */
export async function recordRefund(db: Database, outcome: StripeRefundOutcome): Promise<RefundFacts> {
  return db.transaction(async (sql) => {
    const before = await readRefund(sql, outcome.refundId);
    if (!before) throw new Error(`refund ${outcome.refundId} does not exist`);
    const order = (await sql.row<{ status: OrderStatus; captured_amount: string; currency: string }>(
      'select status, captured_amount, currency from orders where id = $1 for no key update',
      [before.orderId],
    ))!;
    const changed = await sql.run(
      `update refunds set status = $2, stripe_refund_id = coalesce($3, stripe_refund_id), failure_reason = $4, updated_at = now()
       where id = $1 and (status, coalesce(stripe_refund_id, '')) is distinct from ($2, coalesce($3, stripe_refund_id, ''))
         and not (status = 'succeeded' and $2 = 'pending')`,
      [outcome.refundId, outcome.status, outcome.stripeRefundId, outcome.failureReason ?? null],
    );
    if (changed === 0) return before;

    const given = await sql.row<{ total: string | null }>(
      `select sum(amount)::text as total from refunds
       where order_id = $1 and (status = 'succeeded' or (status = 'pending' and stripe_refund_id is not null))`,
      [before.orderId],
    );
    const refundedCents = fromDecimal(given?.total ?? '0', order.currency);
    const status =
      order.status === 'expired' || order.status === 'cancelled'
        ? order.status
        : statusAfterRefunds(fromDecimal(order.captured_amount, order.currency), refundedCents);
    await sql.run('update orders set refunded_amount = $2, status = $3, updated_at = now() where id = $1', [
      before.orderId,
      toDecimalString(refundedCents, order.currency),
      status,
    ]);
    // The plain refund knows amounts, not lines: only an order given back whole can be put back on the shelf.
    if (outcome.status === 'succeeded' && before.status !== 'succeeded' && before.restock && status === 'refunded') {
      await restockInLedger(sql, before.orderId);
    }
    if (outcome.status !== 'pending') {
      await sql.run(
        `insert into order_events (order_id, type, message, data, dedupe_key) values ($1, $2, $3, $4, $5)
         on conflict (order_id, dedupe_key) do nothing`,
        [
          before.orderId,
          `refund_${outcome.status}`,
          outcome.status === 'succeeded' ? 'Refund sent.' : 'The refund could not be made.',
          JSON.stringify({ refundId: outcome.refundId, amountCents: before.amountCents }),
          `refund:${outcome.refundId}:${outcome.status}`,
        ],
      );
    }
    return (await readRefund(sql, outcome.refundId))!;
  });
}
