/** Refund rules: how much of an order can still be refunded, and who has to approve. All amounts are in minor units. */
import { chargeStep, isChargeable } from './currencies.ts';
import { isStaffActor } from './identity.ts';
import { fromDecimal, lineTotalCents, sumCents, toDecimal } from './money.ts';
import { isAllowed, refusalOf } from './order-state.ts';
import {
  addUp,
  choosePlace,
  isCommitted,
  placeOf,
  type RefundableOrder,
  type RefundableProduct,
  type RefundLine,
  type RefundRecord,
  type RefundState,
  refundableQuantities,
  remainingLines,
  SPLIT_REQUEST,
  takeUnits,
  type UnitPlace,
} from './refund-units.ts';
import { isStaff, type Role } from './roles.ts';

const DAY_MS = 86_400_000;

/** Whether the refund still awaits a decision or a return. */
export function isWaiting(refund: Pick<RefundRecord, 'status'>): boolean {
  return refund.status === 'awaiting_approval' || refund.status === 'awaiting_return';
}

/**
 * Whether its shopper can withdraw it: a request of their own that is not decided. Once the items of a return have arrived, it waits for
 * approval without canceling units, and can no longer be withdrawn.
 */
export function isWithdrawable(
  refund: Pick<RefundRecord, 'status' | 'cancelsUnits' | 'lines'> & { requestedBy: string },
): boolean {
  if (isStaffActor(refund.requestedBy) || !isWaiting(refund)) return false;
  return refund.status === 'awaiting_return' || refund.cancelsUnits || refund.lines.length === 0;
}

/** Whether it failed and can be retried or replaced by another refund. */
function isOpenFailure(refund: RefundState): boolean {
  return refund.status === 'failed' && !refund.isFromStripe && !refund.isGivenUp;
}

/** Whether its units are back on sale but its money was not refunded: only a refund of everything may include that amount. */
function isOwed(refund: RefundState): boolean {
  return isOpenFailure(refund) && refund.isRestocked;
}

type RefundAmount = Pick<RefundRecord, 'amountCents' | 'status' | 'isGivenUp'>;

export function committedRefundCents(refunds: readonly RefundAmount[]): number {
  return sumCents(refunds.filter(isCommitted).map((refund) => refund.amountCents));
}

/** What the customer received another way, such as by bank transfer, because refunds failed. Stripe does not know of it. */
export function paidAnotherWayCents(refunds: readonly Pick<RefundRecord, 'amountCents' | 'isGivenUp'>[]): number {
  return sumCents(refunds.filter((refund) => refund.isGivenUp).map((refund) => refund.amountCents));
}

/** What is left to refund, 0 or more. */
export function refundableCents(
  order: Pick<RefundableOrder, 'capturedCents'>,
  refunds: readonly RefundAmount[],
): number {
  return Math.max(0, order.capturedCents - committedRefundCents(refunds));
}

/**
 * The failed refunds that a new one replaces: those whose amount or units are no longer available once it is made. The others can still
 * be retried without refunding anything twice.
 * @param refunds the order's refunds without the new one
 */
export function replacedBy<Refund extends RefundRecord>(
  order: RefundableOrder,
  refunds: readonly Refund[],
  made: Pick<RefundRecord, 'amountCents' | 'lines' | 'cancelsUnits'>,
): Refund[] {
  let leftCents = refundableCents(order, refunds) - made.amountCents;
  const products = refundableQuantities(order, refunds);
  takeUnits(products, placeOf(order, made), made.lines);
  // Restocked units can't be refunded again, but the amount owed for them takes precedence.
  const open = refunds.filter(isOpenFailure);
  return [...open.filter(isOwed), ...open.filter((failed) => !isOwed(failed))].filter((failed) => {
    const place = placeOf(order, failed);
    const isShort =
      !isOwed(failed) && failed.lines.some((line) => line.quantity > (products.get(line.productId)?.[place] ?? 0));
    if (isShort || failed.amountCents > leftCents) return true;
    leftCents -= failed.amountCents;
    if (!isOwed(failed)) takeUnits(products, place, failed.lines);
    return false;
  });
}

/** A request to refund an order, or a part of it. */
export interface RefundRequest {
  refundId: string;
  orderId: string;
  /** Chosen by the requester: the same ID is the same request. */
  requestId: string;
  /** 1 or more; undefined means the lines' price, or everything that remains. */
  amountCents?: number;
  /** Units to refund; undefined without an amount means all that remain. */
  lines?: readonly RefundLine[];
  reason: string;
  /** Whether the units are restocked; units that have not shipped always are. */
  restock: boolean;
  /** Whether to wait for the return of the items before refunding. Always true for shoppers whose order has shipped. */
  awaitReturn?: boolean;
}

/** What a request asks to refund. */
export interface RequestedPart extends Pick<RefundRequest, 'amountCents' | 'lines' | 'restock' | 'awaitReturn'> {
  /** Shoppers specify lines or refund everything; only staff can refund an amount without lines. */
  isShopper?: boolean;
}

function quantitiesOf(lines: readonly RefundLine[]): string {
  return JSON.stringify([...addUp(lines)].sort());
}

/** Whether a request matches an earlier refund; fields that it omits match any value, because the earlier request decided them. */
export function asksFor(
  request: Pick<RefundRequest, 'amountCents' | 'lines' | 'reason'>,
  refund: { amountCents: number; lines: readonly RefundLine[]; reason: string },
): boolean {
  return (
    request.reason === refund.reason &&
    (request.amountCents === undefined || request.amountCents === refund.amountCents) &&
    (request.lines === undefined || quantitiesOf(request.lines) === quantitiesOf(refund.lines))
  );
}

export type RefundDecision =
  | { outcome: 'accepted'; amountCents: number; lines: RefundLine[]; restock: boolean; cancelsUnits: boolean }
  | {
      outcome: 'refused';
      code: 'order_not_refundable' | 'refund_exceeds_charge' | 'invalid_request';
      message: string;
      refundableCents: number;
    };

/** Decides on one request. @throws RangeError when the amount is not a positive integer */
export function decideRefund(
  order: RefundableOrder,
  refunds: readonly RefundRecord[],
  request: RequestedPart,
): RefundDecision {
  const left = refundableCents(order, refunds);
  const owed = sumCents(refunds.filter(isOwed).map((refund) => refund.amountCents));
  /** Whether the amount is more than what remains, or would use a part that is owed for restocked items. */
  const exceedsRefundable = (cents: number): boolean => cents !== left && cents > left - owed;
  const refuse = (code: Extract<RefundDecision, { outcome: 'refused' }>['code'], message: string): RefundDecision => ({
    outcome: 'refused',
    code,
    message,
    refundableCents: left,
  });
  if (request.amountCents !== undefined && (!Number.isSafeInteger(request.amountCents) || request.amountCents < 1))
    throw new RangeError(`not a refund amount: ${request.amountCents}`);
  if (!isAllowed('refund', order.status)) return refuse('order_not_refundable', refusalOf('refund', order.status)!);

  if (request.isShopper && request.amountCents !== undefined && !request.lines)
    return refuse('invalid_request', 'Specify the items and quantities to refund. An amount alone is not accepted.');

  const quantities = refundableQuantities(order, refunds);
  const chosen = choosePlace(order, quantities, request);
  if ('refused' in chosen) return refuse('invalid_request', chosen.refused);
  const { place } = chosen;
  const accept = (amountCents: number, lines: RefundLine[]): RefundDecision => {
    const cancelsUnits = place === 'unshipped' && lines.length > 0;
    return {
      outcome: 'accepted',
      amountCents,
      lines,
      cancelsUnits,
      restock: cancelsUnits || (request.restock && lines.length > 0),
    };
  };
  if (request.lines) {
    const priced = priceLines(request.lines, quantities, place);
    if (typeof priced === 'string') return refuse('invalid_request', priced);
    const amountCents = request.amountCents ?? priced.totalCents;
    if (amountCents > priced.totalCents)
      return refuse(
        'refund_exceeds_charge',
        'The amount is more than the price of these lines. Omit it or enter a lower amount.',
      );
    if (exceedsRefundable(amountCents))
      return refuse('refund_exceeds_charge', 'These lines cost more than the remaining charge. Enter a lower amount.');
    const unnamed = unnamedUnits(place === 'unshipped' ? priced.lines : [], quantities);
    if (amountCents === left && unnamed.length > 0) {
      return refuse(
        'refund_exceeds_charge',
        `This is the entire remaining charge, but ${unnamed.join(', ')} would still ship unpaid. Cancel the order or enter a lower amount.`,
      );
    }
    return accept(amountCents, priced.lines);
  }
  const amountCents = request.amountCents ?? left;
  if (left === 0)
    return refuse('refund_exceeds_charge', 'The full charge is already refunded or has a refund in progress.');
  if (amountCents > left) return refuse('refund_exceeds_charge', 'The refund is more than the remaining charge.');
  if (exceedsRefundable(amountCents)) {
    return refuse(
      'refund_exceeds_charge',
      'The refund is more than the remaining charge, part of which is reserved for a failed refund of restocked items. Retry the failed refund.',
    );
  }
  // While another refund may still be rejected, a refund of the remaining money is not a refund of the remaining order.
  const isUndecided = !order.hasShipped && refunds.some(isWaiting);
  if (isUndecided && request.amountCents === undefined) {
    return refuse(
      'order_not_refundable',
      'Another refund of this order is waiting for approval. To refund everything, cancel the order; the cancellation replaces that refund.',
    );
  }
  // A refund of the whole remainder covers every remaining unit; a goodwill amount covers none and blocks nothing.
  const whole = amountCents === left && !isUndecided;
  if (whole && place === undefined) return refuse('invalid_request', SPLIT_REQUEST);
  if (request.restock && !whole)
    return refuse('invalid_request', 'To return items to stock, specify "lines" with product and quantity.');
  return accept(amountCents, whole && place ? remainingLines(quantities, place) : []);
}

/** Units that would still ship after a refund of these lines, formatted for display. */
function unnamedUnits(lines: readonly RefundLine[], quantities: ReadonlyMap<string, RefundableProduct>): string[] {
  const named = new Map(lines.map(({ productId, quantity }) => [productId, quantity]));
  return [...quantities].flatMap(([productId, { name, unshipped }]) => {
    const quantity = unshipped - (named.get(productId) ?? 0);
    return quantity > 0 ? [`${quantity} × “${name}”`] : [];
  });
}

function priceLines(
  lines: readonly RefundLine[],
  quantities: ReadonlyMap<string, RefundableProduct>,
  place: UnitPlace | undefined,
): { totalCents: number; lines: RefundLine[] } | string {
  if (lines.length === 0) return 'Specify at least one line, or send "all": true to refund everything that remains.';
  if (lines.some(({ quantity }) => !Number.isSafeInteger(quantity) || quantity < 1))
    return 'Each line needs a quantity of 1 or more.';
  const requested = addUp(lines);
  let totalCents = 0;
  for (const [productId, quantity] of requested) {
    const product = quantities.get(productId);
    if (!product) return `Product ${productId} is not in this order.`;
    const left = place ? product[place] : 0;
    if (quantity > left)
      return left === 0
        ? `No units of “${product.name}” can still be refunded.`
        : `Only ${left} of “${product.name}” can still be refunded, but ${quantity} were requested.`;
    totalCents = sumCents([totalCents, lineTotalCents(product.unitPriceCents, quantity)]);
  }
  return { totalCents, lines: [...requested].map(([productId, quantity]) => ({ productId, quantity })) };
}

/** The maximum that a role may refund of one order without approval, in minor units. */
export interface RefundLimits {
  /** For shoppers, who can refund only what has not shipped. */
  customerCents: number;
  supportCents: number;
  leadCents: number;
}

/** Adds up all of the order's refunds, so that several small ones can't get around the limit. */
export function needsApproval(
  limits: RefundLimits,
  role: Role | 'system',
  refunds: readonly (RefundAmount & { approved: boolean })[],
  amountCents: number,
): boolean {
  if (role === 'system') return false;
  const limitCents = !isStaff(role)
    ? limits.customerCents
    : role === 'support'
      ? limits.supportCents
      : limits.leadCents;
  const unapproved = refunds.filter((refund) => isCommitted(refund) && !refund.approved);
  return sumCents([...unapproved.map((refund) => refund.amountCents), amountCents]) > limitCents;
}

/** Why a request above the limit is refused if the shop doesn't know who sends it. @param limit as an amount with its currency */
export function unknownRequesterRefusal(what: 'Refunds' | 'Cancellations', limit: string): string {
  return `${what} above ${limit} need approval, and the shop must know who requests them. Sign in and request it through the shop’s API: see “Request above the limit” in the handbook.`;
}

/**
 * Checks whether a refund that waited or failed can still be made, because others may have used its amount or its units meanwhile.
 * @param others the order's refunds without this one
 * @returns why not, as a sentence that the reader can act on; undefined when it can
 */
export function refusalOfResumed(
  order: RefundableOrder,
  others: readonly RefundRecord[],
  refund: RefundRecord,
  money: (cents: number) => string,
): string | undefined {
  const left = refundableCents(order, others);
  if (left < refund.amountCents)
    return `Only ${money(left)} of the charge remains because other refunds were made in the meantime. Reject or withdraw this refund and request a new one with a lower amount.`;
  const quantities = refundableQuantities(order, others);
  for (const { productId, quantity } of refund.lines) {
    const product = quantities.get(productId);
    const unitsLeft = product?.[placeOf(order, refund)] ?? 0;
    if (unitsLeft < quantity)
      return `Only ${Math.max(0, unitsLeft)} of “${product?.name ?? productId}” can still be refunded, but this refund is for ${quantity}. Reject or withdraw this refund.`;
  }
  // Restocked units did not ship with the order.
  if (refund.cancelsUnits && order.hasShipped && !refund.isRestocked)
    return 'Its items have shipped in the meantime. Reject or withdraw this refund and request a return instead.';
  return undefined;
}

/** When a delivered order's return window closes. */
export function returnsUntil(deliveredAt: Date, returnDays: number): Date {
  return new Date(deliveredAt.getTime() + returnDays * DAY_MS);
}

/** When the return window closed, ISO 8601; undefined while it is open and before delivery. */
export function returnsClosedAt(deliveredAt: Date | null, returnDays: number, now: Date): string | undefined {
  if (!deliveredAt) return undefined;
  const closesAt = returnsUntil(deliveredAt, returnDays);
  return closesAt.getTime() <= now.getTime() ? closesAt.toISOString() : undefined;
}

/**
 * A refund amount in major units → minor units that Stripe can refund.
 * @returns minor units, or a sentence that names the problem
 */
export function refundCents(amount: number, currency: string): number | string {
  const code = currency.toUpperCase();
  let cents: number;
  try {
    cents = fromDecimal(amount, currency);
  } catch {
    return `Enter an amount in ${code} with no more decimal places than the currency has.`;
  }
  if (!isChargeable(cents, currency))
    return `Amounts in ${code} must be a multiple of ${toDecimal(chargeStep(currency), currency)}.`;
  return cents;
}
