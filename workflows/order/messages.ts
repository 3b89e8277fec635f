import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Address } from '../../domain/address.ts';
import type { CheckoutRequest } from '../../domain/checkout.ts';
import type { OrderStatus } from '../../domain/order-state.ts';
import type { NamedLine, RefundPart } from '../refund/form.ts';
import type { RetryRequest } from '../retry-stopped/messages.ts';
import type { StaffRequest } from '../shared/staff.ts';

export const orderWorkflowId = (orderId: string): string => `order-${orderId}`;

export interface OrderInput {
  orderId: string;
  /** Loads the order from the database: no shopper waits for this run (a late webhook, an overdue order), or it continues an earlier run. */
  resume?: boolean;
  /** State of the previous run that is not in the database. */
  carried?: CarriedOver;
}

export interface CarriedOver {
  cancelRequest?: OrderRequest;
  /** Whether to reconcile with Stripe once the payment is recorded. */
  isReconcileDue: boolean;
  /** How often the workflow has checked the payment at Stripe, and how often it found a charge in flight. */
  paymentChecks: number;
  inFlightChecks: number;
}

export type BeginCheckoutResult =
  | { outcome: 'opened'; status: OrderStatus }
  | { outcome: 'reservation_missing' }
  | { outcome: 'reservation_ended' }
  /** The order exists and its reservation continues; sending the update again retries Stripe. */
  | { outcome: 'payment_unavailable' };

export type OrderOutcome = 'not_begun' | OrderStatus;

/** A request that staff send in the Temporal UI, or that the API sends with a proof of who requested it. */
export interface OrderRequest extends StaffRequest {
  proof?: string;
}

export interface RefundUpdateRequest extends OrderRequest, RefundPart {
  reason: string;
  restock?: boolean;
  /** Whether to wait for the return of the items before refunding. */
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

export const beginCheckoutUpdate = defineUpdate<BeginCheckoutResult, [CheckoutRequest]>('begin');
/** Stripe sent an event of a payment that names the order. The workflow reads the event from the database, never from a message. */
export const paymentChangedSignal = defineSignal('paymentChanged');
/** The order's records have changed, so the workflow reloads them. */
export const orderChangedSignal = defineSignal('orderChanged');
/** Money moved at Stripe without a request of the shop, so the workflow reads the payment's activity again. */
export const moneyMovedSignal = defineSignal('moneyMoved');
export const orderCaseQuery = defineQuery<Record<string, unknown>>('case');

export const cancelOrderUpdate = defineUpdate<UpdateResult, [OrderRequest]>('cancel');
export const refundOrderUpdate = defineUpdate<RefundUpdateResult, [RefundUpdateRequest]>('refund');
export const extendOrderReservationUpdate = defineUpdate<{ expiresAt: string }, [OrderRequest & { minutes: number }]>(
  'extendReservation',
);
export const correctAddressUpdate = defineUpdate<UpdateResult, [OrderRequest & { address: Address }]>('correctAddress');
export const changeEmailUpdate = defineUpdate<UpdateResult, [OrderRequest & { email: string }]>('changeEmail');
export const addNoteUpdate = defineUpdate<UpdateResult, [OrderRequest & { note: string }]>('addNote');
export const markShippedUpdate = defineUpdate<
  UpdateResult,
  [OrderRequest & { carrier: string; trackingNumber: string; lines?: NamedLine[] }]
>('markShipped');
export const correctTrackingUpdate = defineUpdate<
  UpdateResult,
  [OrderRequest & { carrier?: string; trackingNumber?: string; replaces?: string }]
>('correctTracking');
export const markDeliveredUpdate = defineUpdate<UpdateResult, [OrderRequest & { trackingNumber?: string }]>(
  'markDelivered',
);
export const putUnderReviewUpdate = defineUpdate<UpdateResult, [OrderRequest]>('putUnderReview');
export const endReviewUpdate = defineUpdate<UpdateResult, [OrderRequest]>('endReview');
export const resendConfirmationUpdate = defineUpdate<UpdateResult, [OrderRequest]>('resendConfirmation');
export const recheckPaymentUpdate = defineUpdate<UpdateResult & { payment: string }, [OrderRequest]>('recheckPayment');
export const retryUpdate = defineUpdate<{ retried: string }, [RetryRequest]>('retry');
