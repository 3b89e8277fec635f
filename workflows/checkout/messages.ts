import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { OrderStatus } from '../../domain/order-state.ts';

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

export interface CancelInput {
  requestedBy: string;
}

export type CancelResult = { status: OrderStatus };

export type CheckoutOutcome = 'not_begun' | OrderStatus;

export const beginCheckoutUpdate = defineUpdate<BeginCheckoutResult, [BeginCheckoutInput]>('begin');
export const paymentChangedSignal = defineSignal<[PaymentChange]>('paymentChanged');
export const cancelOrderUpdate = defineUpdate<CancelResult, [CancelInput]>('cancel');
export const checkoutCaseQuery = defineQuery<Record<string, unknown>>('case');
