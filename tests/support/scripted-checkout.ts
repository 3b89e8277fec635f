/**
 * The checkout's activities as a script, for tests of the workflow's own decisions under skipped time. What the real ones do is
 * tested on real servers, each by itself.
 */
import { ApplicationFailure } from '@temporalio/common';
import type { OrderRecord } from '../../activities/orders/case-reader.ts';
import type { OrderFacts } from '../../activities/orders/order-ledger.ts';
import type { OrderStepRequest } from '../../activities/orders/order-steps.ts';
import type { IntentState } from '../../activities/payments/activities.ts';
import type { OrderStatus } from '../../domain/order-state.ts';

export const TOTAL_CENTS = 2500;

export class ScriptedCheckout {
  order: OrderFacts;
  intent: IntentState = { status: 'open', amountReceivedCents: 0 };
  /** What was called, in order. */
  readonly calls: string[] = [];
  stockGone = false;
  /** Answers of `cancelPaymentIntent` before the intent's own state decides. */
  readonly cancelAnswers: IntentState[] = [];
  createPaymentFailures = 0;
  /** How often booking the payment fails before it succeeds. */
  completeFailures = 0;
  shipment: OrderRecord['shipment'] = null;
  closesAt: string | null = null;
  onCreatePayment: () => Promise<void> = async () => {};

  constructor(orderId: string, expiresAt: Date) {
    this.order = {
      orderId,
      reservationId: 'a1b2c3d4-0000-4000-8000-000000000000',
      status: 'pending',
      fulfilment: 'unfulfilled',
      totalCents: TOTAL_CENTS,
      capturedCents: 0,
      refundedCents: 0,
      currency: 'usd',
      paymentIntentId: null,
      clientSecret: null,
      expiresAt: expiresAt.toISOString(),
      lines: [{ productId: 'p1', sku: 'MUG-1', name: 'Stoneware mug', quantity: 2, unitPriceCents: 1250 }],
    };
  }

  charge(): void {
    this.intent = { status: 'succeeded', amountReceivedCents: TOTAL_CENTS };
  }

  #step(status: OrderStatus, change: Partial<OrderFacts> = {}): OrderFacts {
    this.order = { ...this.order, ...change, status };
    return this.order;
  }

  readonly activities = {
    openOrder: async () => {
      this.calls.push('openOrder');
      return { outcome: 'opened', order: this.order };
    },
    loadOrder: async () => this.order,
    loadCase: async (): Promise<OrderRecord> => ({
      order: this.order,
      customer: { userId: null, email: null },
      shippingAddress: { street: '1 Main Street', city: 'Portland', postal_code: '97201', country: 'US' },
      shipment: this.shipment,
      holdReason: null,
      refunds: [],
      disputes: [],
      history: [],
      paymentUrl: null,
      closesAt: this.closesAt,
    }),
    stepOrder: async ({ step, actor }: OrderStepRequest) => {
      this.calls.push(`${step.action} by ${actor}`);
      if (step.action === 'markShipped') this.#step('shipped');
      if (step.action === 'markDelivered') this.#step('delivered');
      return { outcome: 'done' };
    },
    extendHold: async ({ minutes }: { minutes: number }) => {
      const expiresAt = new Date(Date.parse(this.order.expiresAt) + minutes * 60_000).toISOString();
      this.order = { ...this.order, expiresAt };
      return { outcome: 'extended', expiresAt, orderId: this.order.orderId };
    },
    recordAsked: async ({ type, actor }: { type: string; actor: string }) => {
      this.calls.push(`${type} by ${actor}`);
    },
    createPayment: async () => {
      this.calls.push('createPayment');
      if (this.createPaymentFailures > 0) {
        this.createPaymentFailures -= 1;
        throw new Error('Stripe is away');
      }
      await this.onCreatePayment();
      this.order = { ...this.order, paymentIntentId: 'pi_1' };
      return { paymentIntentId: 'pi_1' };
    },
    retrievePaymentIntent: async () => {
      this.calls.push('retrievePaymentIntent');
      return this.intent;
    },
    cancelPaymentIntent: async () => {
      this.calls.push('cancelPaymentIntent');
      const scripted = this.cancelAnswers.shift();
      if (scripted) return scripted;
      if (this.intent.status === 'open') this.intent = { status: 'canceled', amountReceivedCents: 0 };
      return this.intent;
    },
    completeOrder: async () => {
      if (this.completeFailures > 0) {
        this.completeFailures -= 1;
        throw ApplicationFailure.nonRetryable('the database says no');
      }
      this.calls.push('completeOrder');
      if (!this.stockGone) return { outcome: 'paid', order: this.#step('paid', { capturedCents: TOTAL_CENTS }) };
      return {
        outcome: 'refund_due',
        refundId: 'refund-1',
        order: this.#step('cancelled', { capturedCents: TOTAL_CENTS }),
      };
    },
    closeOrder: async ({ to }: { to: 'expired' | 'cancelled' }) => {
      this.calls.push(`closeOrder ${to}`);
      return this.#step(to);
    },
    recordPaymentFailure: async ({ attemptId, message }: { attemptId: string; message: string }) => {
      this.calls.push(`recordPaymentFailure ${attemptId} ${message}`);
    },
    loadRefund: async () => ({
      refundId: 'refund-1',
      orderId: this.order.orderId,
      requestId: 'paid-too-late',
      amountCents: TOTAL_CENTS,
      currency: 'usd',
      reason: 'too late',
      status: 'pending',
      restock: false,
      paymentIntentId: 'pi_1',
      stripeRefundId: null,
      createdAt: '',
      updatedAt: '',
    }),
    refundPayment: async ({ amountCents }: { amountCents: number }) => {
      this.calls.push(`refundPayment ${amountCents}`);
      return { stripeRefundId: 're_1', status: 'succeeded' };
    },
    recordRefund: async (outcome: { status: string }) => {
      this.calls.push(`recordRefund ${outcome.status}`);
      return { ...(await this.activities.loadRefund()), ...outcome };
    },
  };
}
