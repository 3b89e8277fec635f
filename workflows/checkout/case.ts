import { condition, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { OrderRecord } from '../../activities/orders/case-reader.ts';
import type { OrderFacts } from '../../activities/orders/order-ledger.ts';
import type { OpenedPayment } from '../../activities/payments/activities.ts';
import type { OrderStatus } from '../../domain/order-state.ts';
import { refuse } from '../shared/failures.ts';
import { orderStatusKey } from '../shared/search-attributes.ts';
import { Trouble } from '../shared/trouble.ts';
import { describeCheckout } from './case-details.ts';
import type { BeginCheckoutInput, CheckoutInput, CheckoutOutcome, OrderRequest, PaymentChange } from './messages.ts';
import { orders } from './steps.ts';

export interface PaymentTry {
  attemptId: string;
  code: string;
  message: string;
}

/** What is known of one order; every change is told in the workflow's details, where support staff read it. */
export class CheckoutCase {
  readonly orderId: string;
  order: OrderFacts | undefined;
  /** All of it, from the time when there was more to tell than the order itself. */
  record: OrderRecord | undefined;
  /** What the shopper gave, as long as nothing has been read from the database. */
  begun: Pick<BeginCheckoutInput, 'userId' | 'email' | 'shippingAddress'> | undefined;
  /** Where Stripe, or the stand-in, shows the payment. */
  paymentUrl: string | undefined;
  capture: { paymentIntentId: string; capturedCents: number } | undefined;
  cancelRequest: OrderRequest | undefined;
  beginRefused = false;
  /** How the checkout ended: from then on the order lives with its goods. */
  settled: CheckoutOutcome | undefined;
  outcome: CheckoutOutcome | undefined;
  refundId: string | undefined;
  settling = false;
  /** The records changed since they were read. */
  changed = false;
  /** Counts how often they were read: whoever waits for the order looks at it anew. */
  reads = 0;
  /** Stripe's books changed since they were read. */
  moneyMoved = false;
  readonly trouble = new Trouble(() => this.#tell());
  readonly tries: PaymentTry[] = [];
  #toldStatus: string | undefined = 'pending';

  constructor({ orderId }: CheckoutInput) {
    this.orderId = orderId;
    this.#tell();
  }

  get lastTry(): PaymentTry | undefined {
    return this.tries.at(-1);
  }

  get status(): OrderStatus | undefined {
    return this.order?.status;
  }

  opened(order: OrderFacts, begun?: BeginCheckoutInput): void {
    this.order ??= order;
    this.begun ??= begun;
    this.#tell();
  }

  refusedBegin(): void {
    this.beginRefused = true;
  }

  payable({ paymentIntentId, paymentUrl }: OpenedPayment): void {
    this.order = { ...this.order!, paymentIntentId };
    this.paymentUrl ??= paymentUrl;
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

  cancelAsked(request: OrderRequest): void {
    this.cancelRequest ??= request;
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

  /** Waits until the order is there. @throws ApplicationFailure conflict when nothing was ordered */
  async loaded(): Promise<void> {
    await condition(() => this.order !== undefined || this.settled !== undefined);
    if (!this.order) throw refuse('conflict', 'Nothing is ordered here.');
  }

  /** Reads all of the order's records again. */
  async refresh(): Promise<void> {
    this.changed = false;
    const record = await this.trouble.persevere('The order could not be read', () =>
      orders.loadCase({ orderId: this.orderId }),
    );
    if (!record) return;
    this.record = record;
    this.paymentUrl = record.paymentUrl ?? undefined;
    this.reads += 1;
    this.order = { ...record.order, clientSecret: this.order?.clientSecret ?? null };
    this.#tell();
  }

  /** Whether a request of staff was done before, so that it may be sent again although the order has moved on. */
  isDone(action: string, requestId: string): boolean {
    return this.record?.history.some((event) => event.key === `${action}:${requestId}`) ?? false;
  }

  settledAs(outcome: CheckoutOutcome): void {
    this.settled = outcome;
    this.#tell();
  }

  ended(outcome: CheckoutOutcome): void {
    this.settled ??= outcome;
    this.outcome = outcome;
    this.#tell();
  }

  toJSON(): Record<string, unknown> {
    const { clientSecret: _secret, ...order } = this.order ?? {};
    const { order: _order, ...record } = this.record ?? {};
    return {
      orderId: this.orderId,
      order,
      ...record,
      paymentTries: this.tries,
      cancelRequested: this.cancelRequest !== undefined,
      refundId: this.refundId,
      stopped: this.trouble.current,
      settled: this.settled,
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
