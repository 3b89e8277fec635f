/** Fulfillment actions of staff. Each is one transaction that is checked under the order's lock and takes effect once per request ID. */
import { createHash } from 'node:crypto';
import type { Address } from '../../domain/address.ts';
import { fromDecimal } from '../../domain/money.ts';
import type { OrderEventType } from '../../domain/order-events.ts';
import {
  type Fulfillment,
  type OrderAction,
  type OrderStatus,
  refusalOf,
  statusOfPaid,
} from '../../domain/order-state.ts';
import { refusalOfShipping, withholdsMoney } from '../../domain/shipping.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';
import { queueMail } from '../email/queue-mail.ts';
import { lockForRefund, readRecords, readReturned } from '../refunds/refund-reader.ts';
import { earlierEvent, recordEvent } from './order-events.ts';

export interface OrderStepRequest {
  orderId: string;
  /** The action takes effect once per request ID. */
  requestId: string;
  /** Who requests it, in the format of `order_events.actor`. */
  actor: string;
  reason?: string;
  step:
    | { action: 'putUnderReview' }
    | { action: 'release' }
    | { action: 'markShipped'; carrier: string; trackingNumber: string }
    | { action: 'markDelivered' }
    | { action: 'correctAddress'; address: Address }
    | { action: 'resendConfirmation' };
}

export type OrderStepResult = { outcome: 'done' } | { outcome: 'refused'; message: string };

export interface LockedOrder {
  id: string;
  status: OrderStatus;
  fulfillment: Fulfillment;
  review_reason: string | null;
  currency: string;
  captured_amount: string;
  refunded_amount: string;
}

export async function lockOrder(sql: Sql, orderId: string): Promise<LockedOrder | undefined> {
  return sql.row<LockedOrder>(
    `select id, status, fulfillment, review_reason, currency, captured_amount, refunded_amount from orders
     where id = $1 for no key update`,
    [orderId],
  );
}

/** Carries out one action. @returns refused, with a sentence that says what to do, when the order's state does not allow it */
export async function stepOrder(db: Database, request: OrderStepRequest): Promise<OrderStepResult> {
  const { orderId, step, actor, reason } = request;
  return db.transaction(async (sql) => {
    const order = await lockOrder(sql, orderId);
    if (!order) return { outcome: 'refused', message: `Order ${orderId} was not found.` };
    const { type, message, data } = eventOf(step);
    const dedupeKey = `${step.action}:${request.requestId}`;
    const earlier = await earlierEvent(sql, orderId, dedupeKey);
    if (earlier) {
      return hasSameData(earlier.data, data)
        ? { outcome: 'done' }
        : { outcome: 'refused', message: `The request ID “${request.requestId}” was already used. Use a new one.` };
    }
    const refusal = refusalOf(step.action as OrderAction, order.status) ?? (await refusalOfFacts(sql, step, order));
    if (refusal) return { outcome: 'refused', message: refusal };
    await apply(sql, order, request);
    await recordEvent(sql, { orderId, type, message, data, actor, reason, dedupeKey });
    return { outcome: 'done' };
  });
}

/** Sets the fulfillment state of a paid order, and the status that follows from it. */
export async function moveGoods(sql: Sql, order: LockedOrder, fulfillment: Fulfillment): Promise<void> {
  const { otherwiseCents } = await readReturned(sql, order.id, order.currency);
  const status = statusOfPaid({
    fulfillment,
    capturedCents: fromDecimal(order.captured_amount, order.currency),
    refundedCents: fromDecimal(order.refunded_amount, order.currency) + otherwiseCents,
  });
  await sql.run('update orders set fulfillment = $2, status = $3, updated_at = now() where id = $1', [
    order.id,
    fulfillment,
    status,
  ]);
}

async function apply(sql: Sql, order: LockedOrder, { step, reason }: OrderStepRequest): Promise<void> {
  switch (step.action) {
    case 'putUnderReview':
      await moveGoods(sql, order, 'under_review');
      await sql.run('update orders set review_reason = $2 where id = $1', [order.id, reason ?? null]);
      return;
    case 'release':
      await moveGoods(sql, order, 'unfulfilled');
      await sql.run('update orders set review_reason = null where id = $1', [order.id]);
      return;
    case 'markShipped':
      await sql.run(
        `update orders set fulfillment = 'shipped', status = 'shipped', carrier = $2, tracking_number = $3, shipped_at = now(),
           updated_at = now()
         where id = $1`,
        [order.id, step.carrier, step.trackingNumber],
      );
      await queueMail(sql, order.id, { kind: 'order_shipped' });
      return;
    case 'markDelivered':
      await moveGoods(sql, order, 'delivered');
      await sql.run('update orders set delivered_at = now() where id = $1', [order.id]);
      return;
    case 'correctAddress':
      await sql.run('update orders set shipping_address = $2, updated_at = now() where id = $1', [
        order.id,
        JSON.stringify(step.address),
      ]);
      return;
    case 'resendConfirmation':
      await queueMail(sql, order.id, { kind: 'order_paid' });
  }
}

/** The review reason that a cancellation awaiting approval sets; only the decision about it removes it. */
export const CANCELLATION_REVIEW = 'A cancellation is waiting for approval.';

/** Why the order's refunds and disputes forbid an action. The caller holds the order's lock, so they can't change in the meantime. */
async function refusalOfFacts(
  sql: Sql,
  step: OrderStepRequest['step'],
  order: LockedOrder,
): Promise<string | undefined> {
  if (step.action === 'markShipped') {
    const [facts, refunds, disputes] = [
      (await lockForRefund(sql, order.id))!,
      await readRecords(sql, order.id),
      await sql.rows<{ status: string }>('select status from disputes where order_id = $1', [order.id]),
    ];
    return refusalOfShipping(
      facts,
      refunds,
      disputes.some(({ status }) => withholdsMoney(status)),
    );
  }
  if (step.action === 'release' && order.review_reason === CANCELLATION_REVIEW)
    return 'A cancellation is waiting for approval. The review ends when a support lead approves or rejects it.';
  return undefined;
}

interface StepEvent {
  type: OrderEventType;
  message: string;
  data: Record<string, unknown>;
}

function eventOf(step: OrderStepRequest['step']): StepEvent {
  switch (step.action) {
    case 'putUnderReview':
      return { type: 'order_put_under_review', message: 'Put under review.', data: {} };
    case 'release':
      return { type: 'order_released', message: 'Released from review.', data: {} };
    case 'markShipped': {
      const { carrier, trackingNumber } = step;
      return {
        type: 'order_shipped',
        message: `Shipped with ${carrier}, tracking number ${trackingNumber}.`,
        data: { carrier, trackingNumber },
      };
    }
    case 'markDelivered':
      return { type: 'order_delivered', message: 'Delivered.', data: {} };
    case 'correctAddress':
      return {
        type: 'address_corrected',
        message: 'The shipping address was corrected.',
        data: { fingerprint: fingerprint(step.address) },
      };
    case 'resendConfirmation':
      return { type: 'confirmation_resent', message: 'The order confirmation was resent.', data: {} };
  }
}

/** A hash by which a repeated request is recognized without storing the address in an event that is never deleted. */
function fingerprint(address: Address): string {
  return createHash('sha256').update(JSON.stringify(address)).digest('base64url').slice(0, 16);
}

function hasSameData(stored: Record<string, unknown>, requested: Record<string, unknown>): boolean {
  return Object.keys(requested).every((key) => JSON.stringify(stored[key]) === JSON.stringify(requested[key]));
}
