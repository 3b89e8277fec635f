/**
 * Scripted activities of the order workflow, for tests of the workflow's decisions with skipped time. The real activities are tested
 * individually on real servers.
 */
import { ApplicationFailure } from '@temporalio/common';
import type { AppliedCase } from '../../activities/orders/activities.ts';
import type { OrderRecord } from '../../activities/orders/case-reader.ts';
import type { OrderHistory } from '../../activities/orders/order-events.ts';
import type { OrderFacts } from '../../activities/orders/order-facts.ts';
import type { OrderStepRequest } from '../../activities/orders/order-steps.ts';
import type { NewFailure } from '../../activities/orders/payment-ledger.ts';
import type { CheckedPayment } from '../../activities/payments/activities.ts';
import type { RefundFacts } from '../../activities/refunds/refund-facts.ts';
import type { OrderStatus } from '../../domain/order-state.ts';
import { refundFacts } from './refund-facts.ts';

export const TOTAL_CENTS = 2500;

export class ScriptedOrder {
  order: OrderFacts;
  /** The payment's status at Stripe, and the recorded status, from a webhook or from a request to Stripe. */
  payment: CheckedPayment = 'open';
  isRecorded = false;
  readonly failures: NewFailure[] = [];
  /** Whether the order's own payment had the wrong amount. */
  isMismatched = false;
  unmatched: string[] = [];
  isStripeAway = false;
  isDatabaseAway = false;
  /** The calls in order. */
  readonly calls: string[] = [];
  stockGone = false;
  /** Results of `cancelPayment` before the payment's own status decides. */
  readonly cancelAnswers: CheckedPayment[] = [];
  createPaymentFailures = 0;
  /** How often recording the payment fails before it succeeds. */
  bookFailures = 0;
  shipments: OrderRecord['shipments'] = [];
  refunds: RefundFacts[] = [];
  disputes: OrderRecord['disputes'] = [];
  closesAt: string | null = null;
  history: OrderHistory['history'] = [];
  onCreatePayment: () => Promise<void> = async () => {};

  constructor(orderId: string, expiresAt: Date) {
    this.order = {
      orderId,
      number: '482-913-077',
      customerId: null,
      reservationId: 'a1b2c3d4-0000-4000-8000-000000000000',
      status: 'pending',
      fulfillment: 'unfulfilled',
      totalCents: TOTAL_CENTS,
      capturedCents: 0,
      refundedCents: 0,
      currency: 'usd',
      paymentIntentId: null,
      expiresAt: expiresAt.toISOString(),
      createdAt: new Date(expiresAt.getTime() - 600_000).toISOString(),
      isExtended: false,
      lines: [{ productId: 'p1', sku: 'MUG-1', name: 'Stoneware mug', quantity: 2, unitPriceCents: 1250 }],
      shipped: [],
    };
  }

  charge(): void {
    this.payment = 'succeeded';
  }

  #step(status: OrderStatus, change: Partial<OrderFacts> = {}): OrderFacts {
    this.order = { ...this.order, ...change, status };
    return this.order;
  }

  #requireStripe(): void {
    if (this.isStripeAway) throw new Error('Stripe is away');
  }

  #recorded(status: CheckedPayment): CheckedPayment {
    if (status === 'succeeded') this.isRecorded = true;
    return status;
  }

  #book(): AppliedCase['outcome'] {
    if (this.order.capturedCents > 0) return 'already_paid';
    if (!this.isRecorded) return 'unpaid';
    if (this.isMismatched) return 'mismatched';
    const isLate = this.stockGone || this.order.status !== 'pending';
    this.#step(isLate ? 'canceled' : 'paid', { capturedCents: TOTAL_CENTS });
    return isLate ? 'refund_due' : 'paid';
  }

  #record(): OrderRecord {
    return {
      order: this.order,
      customer: {
        userId: null,
        email: null,
        shipping_address: { street: '1 Main Street', city: 'Portland', postal_code: '97201', country: 'US' },
      },
      shipments: this.shipments,
      emailHash: null,
      reviewReason: null,
      refunds: this.refunds,
      isCancelAboveLimit: false,
      packing: [],
      previousContacts: [],
      disputes: this.disputes,
      ...this.#history(),
      paymentUrl: null,
      closesAt: this.closesAt,
    };
  }

  #history(): OrderHistory {
    return { history: this.history, earlierEvents: 0 };
  }

  readonly activities = {
    openOrder: async () => {
      this.calls.push('openOrder');
      return { outcome: 'opened', order: this.order, emailHash: null, ...this.#history() };
    },
    loadOrder: async () => this.order,
    loadCase: async (): Promise<OrderRecord> => {
      if (this.isDatabaseAway) throw new Error('the database is away');
      return this.#record();
    },
    stepOrder: async ({ step, actor }: OrderStepRequest) => {
      this.calls.push(`${step.action} by ${actor}`);
      if (step.action === 'markShipped') this.#step('shipped');
      if (step.action === 'markDelivered') this.#step('delivered');
      return { outcome: 'done' };
    },
    extendReservation: async ({ minutes }: { minutes: number }) => {
      const expiresAt = new Date(Date.parse(this.order.expiresAt) + minutes * 60_000).toISOString();
      this.order = { ...this.order, expiresAt };
      return { outcome: 'extended', expiresAt, orderId: this.order.orderId };
    },
    recordRequest: async ({ type, actor }: { type: string; actor: string }) => {
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
      return { paymentIntentId: 'pi_1', paymentUrl: 'http://stripe.test/pi_1' };
    },
    checkPayment: async () => {
      this.calls.push('checkPayment');
      this.#requireStripe();
      return this.#recorded(this.payment);
    },
    reconcilePayment: async () => {
      this.calls.push('reconcilePayment');
      return this.payment;
    },
    cancelPayment: async () => {
      this.calls.push('cancelPayment');
      this.#requireStripe();
      const scripted = this.cancelAnswers.shift();
      if (scripted) return this.#recorded(scripted);
      if (this.payment === 'open') this.payment = 'canceled';
      return this.#recorded(this.payment);
    },
    applyPayments: async (): Promise<AppliedCase> => {
      if (this.bookFailures > 0) {
        this.bookFailures -= 1;
        throw ApplicationFailure.nonRetryable('the database says no');
      }
      const outcome = this.#book();
      this.calls.push(`applyPayments ${outcome}`);
      const refundId = outcome === 'refund_due' ? 'refund-1' : null;
      const failures = this.failures.splice(0);
      for (const { message, attemptId: key } of failures) {
        const at = this.order.expiresAt;
        this.history.push({ at, type: 'payment_failed', message, actor: 'system', reason: null, key });
      }
      return {
        isCancelAboveLimit: false,
        outcome,
        order: this.order,
        refundId,
        unmatched: this.unmatched,
        failures,
        ...this.#history(),
      };
    },
    closeOrder: async ({ to }: { to: 'expired' | 'canceled' }) => {
      this.calls.push(`closeOrder ${to}`);
      return { order: this.#step(to), ...this.#history() };
    },
    cancelPaid: async ({ sender }: { sender: { requestedBy: string } }) => {
      this.calls.push(`cancelPaid by ${sender.requestedBy}`);
      this.#step('canceled');
      return { outcome: 'canceled', refund: await this.activities.loadRefund(), replaced: [] };
    },
    loadUnmatchedPayment: async () => null,
    loadRefund: async (): Promise<RefundFacts> =>
      refundFacts({
        refundId: 'refund-1',
        orderId: this.order.orderId,
        requestId: 'paid-too-late',
        amountCents: TOTAL_CENTS,
        reason: 'too late',
        requestedBy: 'system',
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
