/** What may ship, per line: the units bought minus the units canceled or refunded. */
import type { RefundableOrder, RefundUnits } from './refund.ts';

export interface PackingLine {
  productId: string;
  name: string;
  /** Units bought, canceled, and in a cancellation that is not finished; each 0 or more. */
  bought: number;
  canceled: number;
  pending: number;
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

export function packingLines(order: Pick<RefundableOrder, 'lines'>, refunds: readonly RefundUnits[]): PackingLine[] {
  const lines = new Map<string, PackingLine>();
  for (const { productId, name, quantity } of order.lines) {
    const line = lines.get(productId) ?? { productId, name, bought: 0, canceled: 0, pending: 0, toShip: 0 };
    line.bought += quantity;
    lines.set(productId, line);
  }
  const add = (records: readonly RefundUnits[], field: 'canceled' | 'pending') => {
    for (const { productId, quantity } of records.flatMap((refund) => refund.lines)) {
      const line = lines.get(productId);
      if (line) line[field] += quantity;
    }
  };
  add(refunds.filter(isCanceled), 'canceled');
  add(refunds.filter(isPendingCancellation), 'pending');
  for (const line of lines.values()) {
    // A dispute can cover units that a refund already covers; no unit is canceled twice.
    line.canceled = Math.min(line.canceled, line.bought);
    line.pending = Math.min(line.pending, line.bought - line.canceled);
    line.toShip = line.bought - line.canceled - line.pending;
  }
  return [...lines.values()];
}

/** Why an order can't ship now, as a sentence to act on; undefined when it can. @param hasOpenDispute whether a chargeback is undecided */
export function refusalOfShipping(
  order: Pick<RefundableOrder, 'lines'>,
  refunds: readonly RefundUnits[],
  hasOpenDispute: boolean,
): string | undefined {
  const lines = packingLines(order, refunds);
  const unfinished = refunds.filter(isPendingCancellation).flatMap((refund) => refund.lines);
  if (unfinished.length > 0) {
    const nameOf = (productId: string) => lines.find((line) => line.productId === productId)?.name ?? productId;
    const units = unfinished.map((line) => `${line.quantity} × “${nameOf(line.productId)}”`).join(', ');
    return `A refund of ${units} is unfinished, so these items can’t ship. Approve or reject it, or wait for the bank; if it failed, retry it, give it up, or cancel it. Then ship the remaining items.`;
  }
  if (hasOpenDispute)
    return 'A chargeback of this order is open and the bank holds the money. Respond in the Stripe Dashboard and wait for the decision.';
  if (lines.every((line) => line.toShip === 0))
    return 'All items of this order were canceled, so nothing remains to ship.';
  return undefined;
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
