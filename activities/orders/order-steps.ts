/** Fulfillment actions of staff. Each is one transaction that is checked under the order's lock and takes effect once per request ID. */
import { isDeepStrictEqual } from 'node:util';
import type { UpdateObject } from 'kysely';
import type { Address } from '../../domain/address.ts';
import { maskEmail } from '../../domain/email.ts';
import { isStaffActor } from '../../domain/identity.ts';
import { fromDecimal } from '../../domain/money.ts';
import type { OrderEventType } from '../../domain/order-events.ts';
import { type Fulfillment, type OrderAction, refusalOf, statusOfPaid } from '../../domain/order-state.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';
import type { Tables } from '../../infra/postgres/entities/index.ts';
import { lockOrder, type OrderRow, revokeOrderKeys, updateOrder } from '../../infra/postgres/orders.ts';
import { now } from '../../infra/postgres/statement-parts.ts';
import { queueMail } from '../email/queue-mail.ts';
import { readReturned } from '../refunds/refund-facts.ts';
import { type Contact, recordContactChange, wasSameContact } from './contact-changes.ts';
import { earlierEvent, recordEvent } from './order-events.ts';
import { deliveredParcel, insertParcel, markParcelDelivered, type Parcel, refusalOfParcel } from './shipments.ts';
import { correctionMessage, correctTracking, refusalOfCorrection, type TrackingCorrection } from './tracking.ts';

export interface OrderStepRequest {
  orderId: string;
  /** The action takes effect once per request ID. */
  requestId: string;
  /** Who requests it, in the format of `order_events.actor`. */
  actor: string;
  /** The API's proof that the actor sent the request. Without it, the actor is whoever the Temporal UI names. */
  proof?: string;
  reason?: string;
  step:
    | { action: 'putUnderReview' }
    | { action: 'endReview' }
    | ({ action: 'markShipped' } & Parcel)
    | { action: 'markDelivered'; trackingNumber?: string }
    | ({ action: 'correctTracking' } & TrackingCorrection)
    | { action: 'correctAddress'; address: Address }
    | { action: 'changeEmail'; email: string }
    | { action: 'resendConfirmation' }
    /** `refundId`: the refund that the note is about. */
    | { action: 'addNote'; note: string; refundId?: string };
}

export type OrderStepResult = { outcome: 'done' } | { outcome: 'refused'; message: string };

/** Carries out one action. @returns refused, with a sentence that says what to do, when the order's state does not allow it */
export async function stepOrder(db: Database, request: OrderStepRequest): Promise<OrderStepResult> {
  const { orderId, step, actor, reason } = request;
  return db.transaction(async (sql) => {
    const order = await lockOrder(sql, orderId);
    if (!order) return { outcome: 'refused', message: `Order ${orderId} was not found.` };
    const { type, message, data } = eventOf(step, order);
    const dedupeKey = `${step.action}:${request.requestId}`;
    const earlier = await earlierEvent(sql, orderId, dedupeKey);
    if (earlier) {
      const contact = contactOf(step);
      const isSame =
        isDeepStrictEqual(earlier.data, data) &&
        (step.action !== 'addNote' || earlier.message === message) &&
        (!contact || (await wasSameContact(sql, orderId, request.requestId, contact)));
      return isSame
        ? { outcome: 'done' }
        : { outcome: 'refused', message: `The request ID “${request.requestId}” was already used. Use a new one.` };
    }
    const refusal = refusalOf(step.action as OrderAction, order.status) ?? (await refusalOfFacts(sql, request, order));
    if (refusal) return { outcome: 'refused', message: refusal };
    await apply(sql, order, request);
    await recordEvent(sql, { orderId, type, message, data, actor, reason, dedupeKey });
    return { outcome: 'done' };
  });
}

/** Sets the fulfillment state of a paid order, with the status that follows from it and further columns. */
export async function setFulfillment(
  sql: Sql,
  order: OrderRow,
  fulfillment: Fulfillment,
  further: UpdateObject<Tables, 'orders'> = {},
): Promise<void> {
  const { otherwiseCents } = await readReturned(sql, order.id, order.currency);
  const status = statusOfPaid({
    fulfillment,
    capturedCents: fromDecimal(order.captured_amount, order.currency),
    refundedCents: fromDecimal(order.refunded_amount, order.currency) + otherwiseCents,
  });
  await updateOrder(sql, order.id, { ...further, fulfillment, status });
}

async function apply(sql: Sql, order: OrderRow, request: OrderStepRequest): Promise<void> {
  const { step, reason } = request;
  switch (step.action) {
    case 'putUnderReview':
      return setFulfillment(sql, order, 'under_review', { review_reason: reason ?? null });
    case 'endReview':
      return setFulfillment(sql, order, 'unfulfilled', { review_reason: null });
    case 'markShipped': {
      const { shipmentId, fulfillment } = await insertParcel(sql, order, step);
      await setFulfillment(sql, order, fulfillment, fulfillment === 'shipped' ? { shipped_at: now } : {});
      return queueMail(sql, order.id, { kind: 'order_shipped', shipmentId });
    }
    case 'markDelivered': {
      const delivered = deliveredParcel(order, step.trackingNumber);
      const isComplete = 'parcel' in delivered && (await markParcelDelivered(sql, order, delivered.parcel));
      if (isComplete && order.fulfillment === 'shipped')
        await setFulfillment(sql, order, 'delivered', { delivered_at: now });
      return;
    }
    case 'correctTracking':
      for (const shipmentId of await correctTracking(sql, order, step))
        await queueMail(sql, order.id, { kind: 'tracking_corrected', shipmentId });
      return;
    case 'correctAddress':
      await recordContact(sql, request, order.shipping_address);
      return updateOrder(sql, order.id, { shipping_address: step.address });
    case 'changeEmail':
      return changeEmail(sql, order, request, step.email);
    case 'addNote':
      return;
    case 'resendConfirmation':
      return queueMail(sql, order.id, { kind: 'order_paid' });
  }
}

/** The address that an action sets; undefined for other actions. */
function contactOf(step: OrderStepRequest['step']): Contact | undefined {
  if (step.action === 'correctAddress') return { kind: 'address', value: step.address };
  return step.action === 'changeEmail' ? { kind: 'email', value: { email: step.email } } : undefined;
}

function recordContact(
  sql: Sql,
  { orderId, requestId, actor, step }: OrderStepRequest,
  previous: Contact['value'],
): Promise<void> {
  return recordContactChange(sql, { orderId, requestId, actor, previous, requested: contactOf(step)! });
}

/**
 * Notifies the shopper at both addresses when staff change one, since whoever asked for the change may not be the shopper. Shoppers
 * correct what they mistyped before they pay, so the previous address may be a stranger's, and nothing was sent to it.
 */
async function changeEmail(sql: Sql, order: OrderRow, request: OrderStepRequest, email: string): Promise<void> {
  const previous = await emailOf(sql, order);
  await recordContact(sql, request, { email: previous });
  await updateOrder(sql, order.id, { email });
  await revokeOrderKeys(sql, order.id);
  if (!isStaffActor(request.actor)) return;
  if (previous) await queueMail(sql, order.id, { kind: 'email_replaced', to: previous, message: maskEmail(email) });
  await queueMail(sql, order.id, { kind: 'email_added', to: email });
}

/** Where emails about the order go: the address given at checkout, or else the account's. */
async function emailOf(sql: Sql, { email, user_id }: OrderRow): Promise<string | null> {
  if (email !== null || user_id === null) return email;
  const user = await sql.row(sql.query.selectFrom('users').select('email').where('id', '=', user_id));
  return user?.email ?? null;
}

/** The review reason that a cancellation awaiting approval sets; only the decision about it removes it. */
export const CANCELLATION_REVIEW = 'A cancellation is waiting for approval.';

/** Why the order's refunds and disputes forbid an action. The caller holds the order's lock, so they can't change in the meantime. */
async function refusalOfFacts(
  sql: Sql,
  { step, actor }: OrderStepRequest,
  order: OrderRow,
): Promise<string | undefined> {
  if (!isStaffActor(actor) && order.status !== 'pending')
    return 'The order is no longer awaiting payment. Ask our support team to change it.';
  if (step.action === 'markShipped') return refusalOfParcel(sql, order, step);
  if (step.action === 'markDelivered') {
    const delivered = deliveredParcel(order, step.trackingNumber);
    return 'refused' in delivered ? delivered.refused : undefined;
  }
  if (step.action === 'correctTracking') return refusalOfCorrection(order, step);
  if (step.action === 'changeEmail' && (await emailOf(sql, order)) === step.email)
    return 'Emails about this order already go to this address.';
  if (step.action === 'endReview' && order.review_reason === CANCELLATION_REVIEW)
    return 'A cancellation is waiting for approval. The review ends when a support lead approves or rejects it.';
  return undefined;
}

interface StepEvent {
  type: OrderEventType;
  message: string;
  data: Record<string, unknown>;
}

function eventOf(step: OrderStepRequest['step'], order: Pick<OrderRow, 'items' | 'shipments'>): StepEvent {
  switch (step.action) {
    case 'putUnderReview':
      return { type: 'order_put_under_review', message: 'Put under review.', data: {} };
    case 'endReview':
      return { type: 'review_ended', message: 'The review ended.', data: {} };
    case 'markShipped': {
      const { carrier, trackingNumber, lines } = step;
      const nameOf = (productId: string) => order.items.find((item) => item.product_id === productId)?.name;
      const what = lines?.map(({ productId, quantity }) => `${quantity} × “${nameOf(productId)}” `).join('and ') ?? '';
      return {
        type: 'order_shipped',
        message: `Shipped ${what}with ${carrier}, tracking number ${trackingNumber}.`,
        data: { carrier, trackingNumber, ...(lines && { lines }) },
      };
    }
    case 'markDelivered': {
      const { trackingNumber } = step;
      if (trackingNumber === undefined) return { type: 'order_delivered', message: 'Delivered.', data: {} };
      return { type: 'order_delivered', message: `Delivered: parcel ${trackingNumber}.`, data: { trackingNumber } };
    }
    case 'correctTracking': {
      const { action: _, ...requested } = step;
      return { type: 'tracking_corrected', message: correctionMessage(order, step), data: requested };
    }
    case 'correctAddress':
      return {
        type: 'address_corrected',
        message: 'The shipping address was corrected.',
        data: {},
      };
    case 'changeEmail':
      return { type: 'email_changed', message: 'The email address was changed.', data: {} };
    case 'addNote': {
      const { note, refundId } = step;
      const what = refundId ? 'Note on a refund' : 'Note';
      return { type: 'note_added', message: `${what}: ${note}`, data: refundId ? { refundId } : {} };
    }
    case 'resendConfirmation':
      return { type: 'confirmation_resent', message: 'The order confirmation was resent.', data: {} };
  }
}
