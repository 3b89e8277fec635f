import { condition, upsertSearchAttributes } from '@temporalio/workflow';
import type { OrderRecord } from '../../activities/orders/case-reader.ts';
import type { OrderFacts } from '../../activities/orders/order-ledger.ts';
import type { AppliedPayments, NewFailure } from '../../activities/orders/payment-ledger.ts';
import type { OpenedPayment } from '../../activities/payments/activities.ts';
import type { OrderStatus } from '../../domain/order-state.ts';
import { isOpenDispute } from '../../domain/shipping.ts';
import { refuse } from '../shared/failures.ts';
import { disputeStatusKey, evidenceDueByKey, orderStatusKey } from '../shared/search-attributes.ts';
import { StuckSteps } from '../shared/stuck-steps.ts';
import type { BeginCheckoutInput, CarriedOver, OrderInput, OrderOutcome, OrderRequest } from './messages.ts';
import { durable } from './steps.ts';

/** What is known of one order; support staff read it in the workflow's details. */
export class OrderCase {
  readonly orderId: string;
  facts: OrderFacts | undefined;
  /** All of it, from the time when there was more to tell than the order itself. */
  record: OrderRecord | undefined;
  /** What the shopper gave, as long as nothing has been read from the database. */
  begun: Pick<BeginCheckoutInput, 'userId' | 'email' | 'shippingAddress'> | undefined;
  /** Where Stripe, or the stand-in, shows the payment. */
  paymentUrl: string | undefined;
  cancelRequest: OrderRequest | undefined;
  /** How the checkout ended: from then on the order lives with its goods. */
  settled: OrderOutcome | undefined;
  outcome: OrderOutcome | undefined;
  refundId: string | undefined;
  settling = false;
  /** Stripe has said something of the payments that was not applied yet. */
  paymentNews = false;
  /** The records changed since they were read. */
  changed = false;
  /** Counts how often they were read: whoever waits for the order looks at it again. */
  reads = 0;
  /** Stripe's books changed since they were read. */
  moneyMoved = false;
  /** Money moved before the payment was booked, such as a chargeback whose event came first: the books are read again after that. */
  isReconcileDue: boolean;
  /** Stripe has said that the order's own payment succeeded. */
  isPaidAtStripe = false;
  paymentChecks: number;
  inFlightChecks: number;
  readonly stuck = new StuckSteps();
  readonly failures: NewFailure[] = [];
  #shownStatus: string | undefined = 'pending';
  #shownDispute: string | null = null;

  constructor({ orderId, carried }: OrderInput) {
    this.orderId = orderId;
    this.cancelRequest = carried?.cancelRequest;
    this.isReconcileDue = carried?.isReconcileDue ?? false;
    this.paymentChecks = carried?.paymentChecks ?? 0;
    this.inFlightChecks = carried?.inFlightChecks ?? 0;
  }

  /** What the next run must know and can't read from the database. */
  get carried(): CarriedOver {
    const { cancelRequest, isReconcileDue, paymentChecks, inFlightChecks } = this;
    return { cancelRequest, isReconcileDue, paymentChecks, inFlightChecks };
  }

  get status(): OrderStatus | undefined {
    return this.facts?.status;
  }

  /** Whether something has been said to the workflow that it has not acted on. */
  get hasNews(): boolean {
    return this.paymentNews || this.changed || this.moneyMoved;
  }

  markOpened(order: OrderFacts, begun?: BeginCheckoutInput): void {
    this.facts ??= order;
    this.begun ??= begun;
    this.#showStatus();
  }

  markPayable({ paymentIntentId, paymentUrl }: OpenedPayment): void {
    this.facts = { ...this.facts!, paymentIntentId };
    this.paymentUrl = paymentUrl;
  }

  apply({ order, failures, refundId }: AppliedPayments): void {
    this.facts = order;
    this.failures.push(...failures);
    this.refundId ??= refundId ?? undefined;
    this.#showStatus();
  }

  /** Stripe, asked, says that the payment succeeded: that was recorded, and is applied next. */
  markPaidAtStripe(): void {
    this.isPaidAtStripe = true;
    this.paymentNews = true;
  }

  requestCancel(request: OrderRequest): void {
    this.cancelRequest ??= request;
  }

  markSettlingAtStripe(): void {
    this.settling = true;
  }

  update(order: OrderFacts): void {
    this.facts = order;
    this.#showStatus();
  }

  /** Waits until the order is there. @throws ApplicationFailure conflict when nothing was ordered */
  async whenLoaded(): Promise<void> {
    await condition(() => this.facts !== undefined || this.settled !== undefined);
    if (!this.facts) throw refuse('conflict', 'No order was placed.');
  }

  /** Reads all of the order's records again. */
  async refresh(): Promise<void> {
    this.changed = false;
    const record = await this.stuck.retry('The order could not be read', durable.loadCase({ orderId: this.orderId }));
    if (!record) return;
    this.record = record;
    this.paymentUrl = record.paymentUrl ?? undefined;
    this.reads += 1;
    this.facts = record.order;
    this.#showStatus();
    this.#showDispute();
  }

  /** Whether a request of staff was done before, so that it may be sent again although the order has moved on. */
  isDone(action: string, requestId: string): boolean {
    return this.record?.history.some((event) => event.key === `${action}:${requestId}`) ?? false;
  }

  markSettled(outcome: OrderOutcome): void {
    this.settled = outcome;
  }

  markEnded(outcome: OrderOutcome): void {
    this.settled ??= outcome;
    this.outcome = outcome;
  }

  /** Something came while the workflow was ending: it goes on. */
  reopen(): void {
    this.outcome = undefined;
    if (this.settled === 'not_begun') this.settled = undefined;
  }

  toJSON(): Record<string, unknown> {
    const { order: _order, ...record } = this.record ?? {};
    return {
      orderId: this.orderId,
      order: this.facts ?? {},
      ...record,
      paymentFailures: this.failures,
      cancelRequested: this.cancelRequest !== undefined,
      refundId: this.refundId,
      stopped: this.stuck.current,
      settled: this.settled,
      outcome: this.outcome,
    };
  }

  #showStatus(): void {
    const status = this.facts?.status;
    if (status === undefined || status === this.#shownStatus) return;
    this.#shownStatus = status;
    upsertSearchAttributes([{ key: orderStatusKey, value: status }]);
  }

  /** By these, staff find chargebacks: the one that is open, else the last one. */
  #showDispute(): void {
    const { disputes } = this.record ?? {};
    const dispute = disputes?.find(({ status }) => isOpenDispute(status)) ?? disputes?.at(-1);
    if (!dispute) return;
    const shown = `${dispute.status} ${dispute.evidenceDueBy}`;
    if (shown === this.#shownDispute) return;
    this.#shownDispute = shown;
    upsertSearchAttributes([
      { key: disputeStatusKey, value: dispute.status },
      { key: evidenceDueByKey, value: dispute.evidenceDueBy ? new Date(dispute.evidenceDueBy) : null },
    ]);
  }
}
