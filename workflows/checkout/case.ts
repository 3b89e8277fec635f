import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { OrderFacts } from '../../activities/orders/order-ledger.ts';
import { orderStatusKey } from '../shared/search-attributes.ts';
import { describeCheckout } from './case-details.ts';
import type { CheckoutOutcome, PaymentChange } from './messages.ts';

export interface PaymentTry {
  attemptId: string;
  code: string;
  message: string;
}

/** What is known of one checkout; every change is told in the workflow's details, where support staff read it. */
export class CheckoutCase {
  readonly orderId: string;
  order: OrderFacts | undefined;
  capture: { paymentIntentId: string; capturedCents: number } | undefined;
  cancelRequested = false;
  beginRefused = false;
  outcome: CheckoutOutcome | undefined;
  refundId: string | undefined;
  settling = false;
  readonly tries: PaymentTry[] = [];
  #toldStatus: string | undefined = 'pending';

  constructor(orderId: string) {
    this.orderId = orderId;
    this.#tell();
  }

  get lastTry(): PaymentTry | undefined {
    return this.tries.at(-1);
  }

  opened(order: OrderFacts): void {
    this.order ??= order;
    this.#tell();
  }

  refusedBegin(): void {
    this.beginRefused = true;
  }

  payable(paymentIntentId: string): void {
    this.order = { ...this.order!, paymentIntentId };
    this.#tell();
  }

  captured(paymentIntentId: string, capturedCents: number): void {
    this.capture ??= { paymentIntentId, capturedCents };
    this.#tell();
  }

  /** @returns whether this try is new */
  refusedTry(change: PaymentChange): boolean {
    if (this.tries.some((earlier) => earlier.attemptId === change.attemptId)) return false;
    this.tries.push({
      attemptId: change.attemptId,
      code: change.code ?? 'declined',
      message: change.message ?? 'The card was declined.',
    });
    this.#tell();
    return true;
  }

  cancelAsked(): void {
    this.cancelRequested = true;
    this.#tell();
  }

  settlingAtStripe(): void {
    this.settling = true;
    this.#tell();
  }

  returning(refundId: string): void {
    this.refundId = refundId;
    this.#tell();
  }

  updated(order: OrderFacts): void {
    this.order = order;
    this.#tell();
  }

  ended(outcome: CheckoutOutcome): void {
    this.outcome = outcome;
    this.#tell();
  }

  toJSON(): Record<string, unknown> {
    const { clientSecret: _secret, ...order } = this.order ?? {};
    return {
      orderId: this.orderId,
      order,
      paymentTries: this.tries,
      cancelRequested: this.cancelRequested,
      refundId: this.refundId,
      outcome: this.outcome,
    };
  }

  #tell(): void {
    setCurrentDetails(describeCheckout(this));
    const status = this.order?.status;
    if (status !== undefined && status !== this.#toldStatus) {
      this.#toldStatus = status;
      upsertSearchAttributes([{ key: orderStatusKey, value: status }]);
    }
  }
}
