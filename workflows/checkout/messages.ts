import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Address } from '../../domain/address.ts';
import type { OrderStatus } from '../../domain/order-state.ts';
import type { StaffRequest } from '../shared/staff.ts';

export const checkoutWorkflowId = (orderId: string): string => `checkout-${orderId}`;

export interface CheckoutInput {
  orderId: string;
  /** Started without a shopper waiting (a late webhook, an overdue order): the order is taken up from the database. */
  resume?: boolean;
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
  /** The order stands and its hold goes on; asking again tries Stripe again. */
  | { outcome: 'payment_unavailable' };

/** What Stripe said of the order's PaymentIntent, by a signed webhook. */
export interface PaymentChange {
  paymentIntentId: string;
  status: 'succeeded' | 'failed';
  /** Charge of this try; a repeated message carries the same. */
  attemptId: string;
  amountReceivedCents: number;
  code?: string;
  message?: string;
}

export type CheckoutOutcome = 'not_begun' | OrderStatus;

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
export const paymentChangedSignal = defineSignal<[PaymentChange]>('paymentChanged');
/** The order's records have changed: they are read again. */
export const orderChangedSignal = defineSignal('orderChanged');
/** Money moved at Stripe without us: its books are read again. */
export const moneyMovedSignal = defineSignal('moneyMoved');
export const checkoutCaseQuery = defineQuery<Record<string, unknown>>('case');

export const cancelOrderUpdate = defineUpdate<UpdateResult, [OrderRequest]>('cancel');
export const refundOrderUpdate = defineUpdate<RefundUpdateResult, [RefundUpdateRequest]>('refund');
export const extendHoldUpdate = defineUpdate<{ expiresAt: string }, [OrderRequest & { minutes: number }]>('extendHold');
export const correctAddressUpdate = defineUpdate<UpdateResult, [OrderRequest & { address: Address }]>('correctAddress');
export const markShippedUpdate = defineUpdate<
  UpdateResult,
  [OrderRequest & { carrier: string; trackingNumber: string }]
>('markShipped');
export const markDeliveredUpdate = defineUpdate<UpdateResult, [OrderRequest]>('markDelivered');
export const putOnHoldUpdate = defineUpdate<UpdateResult, [OrderRequest]>('putOnHold');
export const releaseOrderUpdate = defineUpdate<UpdateResult, [OrderRequest]>('release');
export const resendConfirmationUpdate = defineUpdate<UpdateResult, [OrderRequest]>('resendConfirmation');
export const recheckPaymentUpdate = defineUpdate<UpdateResult & { payment: string }, [OrderRequest]>('recheckPayment');
export const retryUpdate = defineUpdate<{ retried: string }, [OrderRequest]>('retry');
