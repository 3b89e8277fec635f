/** What may ship, per line: the units bought minus the units that have shipped, were canceled, or were refunded. */
import type { Fulfillment } from './order-state.ts';
import { addUp, type RefundableOrder, type RefundLine, type RefundUnits } from './refund-units.ts';

export interface PackingLine {
  productId: string;
  name: string;
  /** Units bought, canceled, in a cancellation that is not finished, and shipped; each 0 or more. */
  bought: number;
  canceled: number;
  pending: number;
  shipped: number;
  /** Units to ship now. */
  toShip: number;
}

/** Units are canceled once they are refunded, restocked, or staff refunded them in another way. */
function isCanceled(refund: RefundUnits): boolean {
  return refund.cancelsUnits && (refund.status === 'succeeded' || refund.isGivenUp || refund.isRestocked);
}

/** Whether these units ship still depends on an approval, Stripe, or staff. */
function isPendingCancellation(refund: RefundUnits): boolean {
  if (!refund.cancelsUnits || refund.isGivenUp || refund.isRestocked) return false;
  return refund.status === 'awaiting_approval' || refund.status === 'pending' || refund.status === 'failed';
}

type Shippable = Pick<RefundableOrder, 'lines' | 'hasShipped' | 'shipped'>;

export function packingLines(order: Shippable, refunds: readonly RefundUnits[]): PackingLine[] {
  const lines = new Map<string, PackingLine>();
  for (const { productId, name, quantity } of order.lines) {
    const line = lines.get(productId) ?? { productId, name, bought: 0, canceled: 0, pending: 0, shipped: 0, toShip: 0 };
    line.bought += quantity;
    lines.set(productId, line);
  }
  const add = (units: readonly RefundLine[], field: 'canceled' | 'pending' | 'shipped') => {
    for (const { productId, quantity } of units) {
      const line = lines.get(productId);
      if (line) line[field] += quantity;
    }
  };
  const linesOf = (records: readonly RefundUnits[]) => records.flatMap((refund) => refund.lines);
  add(linesOf(refunds.filter(isCanceled)), 'canceled');
  add(linesOf(refunds.filter(isPendingCancellation)), 'pending');
  add(order.shipped, 'shipped');
  for (const line of lines.values()) {
    // A dispute can cover units that a refund already covers; no unit is canceled twice.
    line.canceled = Math.min(line.canceled, line.bought);
    line.pending = Math.min(line.pending, line.bought - line.canceled);
    const left = line.bought - line.canceled - line.pending;
    if (order.hasShipped) line.shipped = left;
    line.toShip = Math.max(0, left - line.shipped);
  }
  return [...lines.values()];
}

/**
 * Why an order, or the given units of it, can't ship now, as a sentence to act on; undefined when they can.
 * @param hasOpenDispute whether a chargeback is undecided
 * @param parcel units of one parcel; undefined ships everything that remains
 */
export function refusalOfShipping(
  order: Shippable,
  refunds: readonly RefundUnits[],
  hasOpenDispute: boolean,
  parcel?: readonly RefundLine[],
): string | undefined {
  const lines = packingLines(order, refunds);
  const unfinished = refunds.filter(isPendingCancellation).flatMap((refund) => refund.lines);
  if (unfinished.length > 0 && !parcel) {
    const nameOf = (productId: string) => lines.find((line) => line.productId === productId)?.name ?? productId;
    const units = unfinished.map((line) => `${line.quantity} × “${nameOf(line.productId)}”`).join(', ');
    const others = lines.some((line) => line.toShip > 0)
      ? ' Then ship the remaining items. To ship the other items now, specify "lines".'
      : ' Nothing else remains to ship.';
    return `A refund of ${units} is unfinished, so these items can’t ship. Approve or reject it, or wait for the bank; if it failed, retry it, give it up, or withdraw it.${others}`;
  }
  if (hasOpenDispute)
    return 'A chargeback of this order is open and the bank holds the money. Respond in the Stripe Dashboard and wait for the decision.';
  if (lines.every((line) => line.toShip === 0))
    return lines.some((line) => line.shipped > 0)
      ? 'All items of this order have shipped or were canceled, so nothing remains to ship.'
      : 'All items of this order were canceled, so nothing remains to ship.';
  return parcel && refusalOfParcel(lines, parcel);
}

function refusalOfParcel(lines: readonly PackingLine[], parcel: readonly RefundLine[]): string | undefined {
  for (const [productId, quantity] of addUp(parcel)) {
    const line = lines.find((each) => each.productId === productId);
    if (!line) return `Product ${productId} is not in this order.`;
    if (quantity > line.toShip)
      return line.toShip === 0
        ? `No units of “${line.name}” remain to ship.`
        : `Only ${line.toShip} of “${line.name}” remain to ship, but ${quantity} were specified.`;
  }
  return undefined;
}

/** The units of a parcel that contains everything that remains to ship. */
export function remainingParcel(order: Shippable, refunds: readonly RefundUnits[]): RefundLine[] {
  return packingLines(order, refunds).flatMap(({ productId, toShip }) =>
    toShip > 0 ? [{ productId, quantity: toShip }] : [],
  );
}

/** Delivery state of an order of which at least one parcel has shipped: whether units still have to ship, or may have to. */
export function fulfillmentOfShipped(
  order: Shippable,
  refunds: readonly RefundUnits[],
): Extract<Fulfillment, 'partially_shipped' | 'shipped'> {
  const isRemaining = packingLines(order, refunds).some((line) => line.toShip + line.pending > 0);
  return isRemaining ? 'partially_shipped' : 'shipped';
}

/** Stripe's statuses of an undecided dispute; `warning_…` are inquiries, which withdraw no funds. */
export const OPEN_DISPUTE_STATUSES = [
  'needs_response',
  'under_review',
  'warning_needs_response',
  'warning_under_review',
] as const;

/** Statuses of a dispute to which the shop must respond. */
export const UNANSWERED_STATUSES = ['needs_response', 'warning_needs_response'] as const;

export function isUnanswered(status: string): boolean {
  return (UNANSWERED_STATUSES as readonly string[]).includes(status);
}

export function isOpenDispute(status: string): boolean {
  return (OPEN_DISPUTE_STATUSES as readonly string[]).includes(status);
}

/** Whether the bank withholds the order's funds while the dispute is open. */
export function withholdsMoney(status: string): boolean {
  return status === 'needs_response' || status === 'under_review';
}
