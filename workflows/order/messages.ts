import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Address } from '../../domain/address.ts';
import type { OrderStatus } from '../../domain/order-state.ts';
import type { StaffRequest } from '../shared/staff.ts';

export const orderWorkflowId = (orderId: string): string => `order-${orderId}`;

export interface OrderInput {
  orderId: string;
  /** Started without a shopper waiting (a late webhook, an overdue order), or continued as new: the order is read from the database. */
  resume?: boolean;
  /** What the run before knew and the database does not. */
  carried?: CarriedOver;
}

export interface CarriedOver {
  cancelRequest?: OrderRequest;
  /** Whether Stripe's books are to be read once the payment is booked. */
  isReconcileDue: boolean;
  /** How often Stripe was asked for the payment by itself, and how often a charge was found in flight. */
  paymentChecks: number;
  inFlightChecks: number;
}

export interface BeginCheckoutInput {
  orderId: string;
  reservationId: string;
  owners: string[];
  userId: string | null;
  email: string | null;
  shippingAddress: Record<string, unknown>;
}

export type BeginCheckoutResult =
  | { outcome: 'opened'; status: OrderStatus }
  | { outcome: 'reservation_missing' }
  | { outcome: 'reservation_ended' }
  /** The order stands and its reservation goes on; asking again tries Stripe again. */
  | { outcome: 'payment_unavailable' };

export type OrderOutcome = 'not_begun' | OrderStatus;

/** A request of staff at the Temporal UI, or of the API, which proves who asks. */
export interface OrderRequest extends StaffRequest {
  proof?: string;
}

export interface RefundUpdateRequest extends OrderRequest {
  reason: string;
  /** Decimal, in the order's currency; left out: the lines' price, or all that is left. */
  amount?: number;
  /** By SKU, or by the product's id. */
  lines?: { product: string; quantity: number }[];
  restock?: boolean;
  /** The money waits until the items are back. */
  awaitReturn?: boolean;
}

export interface UpdateResult {
  status: OrderStatus;
}

export interface RefundUpdateResult extends UpdateResult {
  refundId: string;
  refundWorkflowId: string;
  refundStatus: string;
}

export const beginCheckoutUpdate = defineUpdate<BeginCheckoutResult, [BeginCheckoutInput]>('begin');
/** Stripe has said something of a payment that names the order: what it said is read from the database, never from a message. */
export const paymentChangedSignal = defineSignal('paymentChanged');
/** The order's records have changed: they are read again. */
export const orderChangedSignal = defineSignal('orderChanged');
/** Money moved at Stripe without us: its books are read again. */
export const moneyMovedSignal = defineSignal('moneyMoved');
export const orderCaseQuery = defineQuery<Record<string, unknown>>('case');

export const cancelOrderUpdate = defineUpdate<UpdateResult, [OrderRequest]>('cancel');
export const refundOrderUpdate = defineUpdate<RefundUpdateResult, [RefundUpdateRequest]>('refund');
export const extendOrderReservationUpdate = defineUpdate<{ expiresAt: string }, [OrderRequest & { minutes: number }]>(
  'extendReservation',
);
export const correctAddressUpdate = defineUpdate<UpdateResult, [OrderRequest & { address: Address }]>('correctAddress');
export const markShippedUpdate = defineUpdate<
  UpdateResult,
  [OrderRequest & { carrier: string; trackingNumber: string }]
>('markShipped');
export const markDeliveredUpdate = defineUpdate<UpdateResult, [OrderRequest]>('markDelivered');
export const putUnderReviewUpdate = defineUpdate<UpdateResult, [OrderRequest]>('putUnderReview');
export const releaseOrderUpdate = defineUpdate<UpdateResult, [OrderRequest]>('release');
export const resendConfirmationUpdate = defineUpdate<UpdateResult, [OrderRequest]>('resendConfirmation');
export const recheckPaymentUpdate = defineUpdate<UpdateResult & { payment: string }, [OrderRequest]>('recheckPayment');
export const retryUpdate = defineUpdate<{ retried: string }, [OrderRequest]>('retry');
