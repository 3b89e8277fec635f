import { condition } from '@temporalio/workflow';
import type { AppliedCase, OpenedCase } from '../../activities/orders/activities.ts';
import type { OrderRecord } from '../../activities/orders/case-reader.ts';
import type { OrderHistory } from '../../activities/orders/order-events.ts';
import type { OrderFacts } from '../../activities/orders/order-facts.ts';
import type { ClosedOrder } from '../../activities/orders/order-ledger.ts';
import type { NewFailure } from '../../activities/orders/payment-ledger.ts';
import type { OpenedPayment } from '../../activities/payments/activities.ts';
import type { Buyer, CheckoutRequest } from '../../domain/checkout.ts';
import { toDecimal } from '../../domain/money.ts';
import type { OrderStatus } from '../../domain/order-state.ts';
import { isOpenDispute } from '../../domain/shipping.ts';
import { refuse } from '../shared/failures.ts';
import { caseAttributes, disputeStatusKey, evidenceDueByKey, type OrderTraits } from '../shared/search-attributes.ts';
import { showAttributes } from '../shared/show-attributes.ts';
import { StuckSteps } from '../shared/stuck-steps.ts';
import type { CarriedOver, OrderInput, OrderOutcome, OrderRequest } from './messages.ts';
import { durable } from './steps.ts';

/** The state of one order's workflow, which support staff see in the workflow's details. */
export class OrderCase {
  readonly orderId: string;
  facts: OrderFacts | undefined;
  /** The complete order record; undefined until something happened that `facts` does not contain. */
  record: OrderRecord | undefined;
  /** The events that the last activity returned; undefined until the order has been created or loaded. */
  recent: OrderHistory | undefined;
  /** The shopper's checkout input, shown until the order record has been loaded. */
  begun: Buyer | undefined;
  /** Page of the payment in the Stripe Dashboard, or in its local substitute. */
  paymentUrl: string | undefined;
  cancelRequest: OrderRequest | undefined;
  /** How the wait for payment ended; a paid order's fulfillment follows. */
  settled: OrderOutcome | undefined;
  outcome: OrderOutcome | undefined;
  refundId: string | undefined;
  settling = false;
  /** Whether payment events from Stripe have been recorded and not applied yet. */
  paymentNews = false;
  /** Whether the order's records have changed since they were loaded. */
  changed = false;
  /** How often the records were loaded; the main loop wakes and reevaluates the order when it increases. */
  reads = 0;
  /** Whether the payment's activity at Stripe has changed since it was read. */
  moneyMoved = false;
  /**
   * Whether to reconcile with Stripe once the payment is recorded, because money moved before that: for example, the event of a chargeback
   * arrived first.
   */
  isReconcileDue: boolean;
  /** Whether Stripe reported that the order's own payment succeeded. */
  isPaidAtStripe = false;
  paymentChecks: number;
  inFlightChecks: number;
  readonly stuck = new StuckSteps();
  readonly failures: NewFailure[] = [];
  /** Whether the payment is above the limit of support, so that a lead must approve a cancellation. */
  #isPaidAboveLimit = false;
  /** Keyed hash of where emails about the order go. */
  #emailHash: string | null = null;
  /** Since when the payment could not be created at Stripe; undefined once it exists. */
  unpayableSince: string | undefined;

  constructor({ orderId, carried }: OrderInput) {
    this.orderId = orderId;
    this.cancelRequest = carried?.cancelRequest;
    this.isReconcileDue = carried?.isReconcileDue ?? false;
    this.paymentChecks = carried?.paymentChecks ?? 0;
    this.inFlightChecks = carried?.inFlightChecks ?? 0;
  }

  /** State that the next run needs and can't load from the database. */
  get carried(): CarriedOver {
    const { cancelRequest, isReconcileDue, paymentChecks, inFlightChecks } = this;
    return { cancelRequest, isReconcileDue, paymentChecks, inFlightChecks };
  }

  get isCancelAboveLimit(): boolean {
    return this.record?.isCancelAboveLimit ?? this.#isPaidAboveLimit;
  }

  get status(): OrderStatus | undefined {
    return this.facts?.status;
  }

  /** By which staff find the order, and its refunds. */
  get traits(): OrderTraits {
    const { number, customerId } = this.facts ?? {};
    return { orderId: this.orderId, orderNumber: number, customerId: customerId ?? null, emailHash: this.#emailHash };
  }

  /** Whether the workflow has received a signal that it has not acted on. */
  get hasNews(): boolean {
    return this.paymentNews || this.changed || this.moneyMoved;
  }

  markOpened({ order, emailHash, ...events }: OpenedCase, begun: CheckoutRequest): void {
    this.facts ??= order;
    this.begun ??= begun;
    this.#emailHash ??= emailHash;
    this.#addEvents(events);
    this.#showFacts();
  }

  markPayable({ paymentIntentId, paymentUrl }: OpenedPayment): void {
    this.facts = { ...this.facts!, paymentIntentId };
    this.paymentUrl = paymentUrl;
    this.unpayableSince = undefined;
  }

  markUnpayable(): void {
    this.unpayableSince ??= new Date().toISOString();
  }

  apply({ order, refundId, failures, isCancelAboveLimit, ...events }: AppliedCase): void {
    this.facts = order;
    this.#isPaidAboveLimit = isCancelAboveLimit;
    this.failures.push(...failures);
    this.#addEvents(events);
    this.refundId ??= refundId ?? undefined;
    this.#showFacts();
  }

  /** Stripe reports that the payment succeeded. The activity has recorded this, and the workflow applies it next. */
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

  close({ order, ...events }: ClosedOrder): void {
    this.#addEvents(events);
    this.update(order);
  }

  update(order: OrderFacts): void {
    this.facts = order;
    this.#showFacts();
  }

  /** Waits until the order has been created or loaded. @throws ApplicationFailure conflict when no order was placed */
  async whenLoaded(): Promise<void> {
    await condition(() => this.facts !== undefined || this.settled !== undefined);
    if (!this.facts) throw refuse('conflict', 'No order was placed.');
  }

  /** Reloads the complete order record. */
  async refresh(): Promise<void> {
    this.changed = false;
    const record = await this.stuck.retry('The order could not be read', durable.loadCase({ orderId: this.orderId }));
    if (!record) return;
    this.record = record;
    this.#addEvents(record);
    this.paymentUrl = record.paymentUrl ?? undefined;
    this.reads += 1;
    this.facts = record.order;
    this.#emailHash = record.emailHash;
    this.#showFacts();
    this.#showDispute();
  }

  /** Whether a staff request was already carried out; if so, it may be sent again although the order's state has changed since. */
  isDone(action: string, requestId: string): boolean {
    return this.recent?.history.some((event) => event.key === `${action}:${requestId}`) ?? false;
  }

  markSettled(outcome: OrderOutcome): void {
    this.settled = outcome;
  }

  markEnded(outcome: OrderOutcome): void {
    this.settled ??= outcome;
    this.outcome = outcome;
  }

  /** Continues the workflow because a message arrived while it was completing. */
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
      ...this.recent,
      paymentFailures: this.failures,
      cancelRequested: this.cancelRequest !== undefined,
      refundId: this.refundId,
      stopped: this.stuck.current,
      settled: this.settled,
      outcome: this.outcome,
    };
  }

  /** Handlers can interleave, so an older result may arrive after a newer one; the history only grows. */
  #addEvents({ history, earlierEvents }: OrderHistory): void {
    const count = (events: OrderHistory) => events.history.length + events.earlierEvents;
    const read = { history, earlierEvents };
    if (!this.recent || count(read) >= count(this.recent)) this.recent = read;
  }

  #showFacts(): void {
    const { totalCents, currency, status, createdAt } = this.facts!;
    const amount = toDecimal(totalCents, currency);
    showAttributes(caseAttributes({ ...this.traits, amount, status, createdAt: new Date(createdAt) }));
  }

  /** Sets the search attributes by which staff find chargebacks: those of the open chargeback, otherwise of the latest. */
  #showDispute(): void {
    const { disputes } = this.record ?? {};
    const dispute = disputes?.find(({ status }) => isOpenDispute(status)) ?? disputes?.at(-1);
    if (!dispute) return;
    showAttributes([
      { key: disputeStatusKey, value: dispute.status },
      { key: evidenceDueByKey, value: dispute.evidenceDueBy ? new Date(dispute.evidenceDueBy) : null },
    ]);
  }
}
