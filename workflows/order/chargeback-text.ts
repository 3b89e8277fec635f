/** Sentences about an order's chargebacks and bank inquiries. */
import type { OrderRecord } from '../../activities/orders/case-reader.ts';
import type { OrderFacts } from '../../activities/orders/order-facts.ts';
import { formatMoney } from '../../domain/money.ts';
import { hasShipped, type OrderStatus } from '../../domain/order-state.ts';
import { atTime } from '../shared/markdown.ts';

type Dispute = OrderRecord['disputes'][number];
type Refunds = OrderRecord['refunds'];

const CAN_SHIP: readonly OrderStatus[] = ['paid', 'partially_refunded', 'partially_shipped', 'under_review'];

/** States the amount of an open dispute, what staff should do, and by when. */
export function chargebackText(dispute: Dispute, order: OrderFacts, refunds: Refunds): string {
  const money = formatMoney(dispute.amountCents, order.currency);
  const by = dispute.evidenceDueBy ? ` by **${atTime(dispute.evidenceDueBy)}**` : '';
  const itemsText = itemsAtStake(dispute, order, refunds);
  const saved = dispute.hasEvidence ? ' Evidence is saved there, but not submitted.' : '';
  switch (dispute.status) {
    case 'needs_response':
      return `**Chargeback of ${money}**: respond in the Stripe Dashboard${by}, or the chargeback is lost.${saved}${itemsText}`;
    case 'warning_needs_response':
      return `**Bank inquiry about ${money}**: respond in the Stripe Dashboard${by} to keep it from becoming a chargeback.${saved} No money has moved.`;
    case 'warning_under_review':
      return `**Bank inquiry about ${money}**: the bank has your response. Wait for its decision. No money has moved.`;
    default:
      return `**Chargeback of ${money}**: the bank has your response. Wait for its decision.${itemsText}`;
  }
}

function itemsAtStake(dispute: Dispute, { fulfillment, status }: OrderFacts, refunds: Refunds): string {
  if (hasShipped(fulfillment)) return ' The items have shipped: a lost chargeback loses both the items and the money.';
  // A chargeback of the whole remaining payment cancels the items unless it is won. After any other chargeback they can ship.
  if (cancelsItems(dispute, refunds)) return ' The items have not shipped. They ship only if the chargeback is won.';
  return CAN_SHIP.includes(status) ? ' The items have not shipped. They can’t ship until the bank decides.' : '';
}

function cancelsItems({ disputeId }: Dispute, refunds: Refunds): boolean {
  return refunds.some((refund) => refund.requestId === disputeId && refund.cancelsUnits);
}

/** States how a dispute ended, and who has the money and the items. */
export function decidedText(dispute: Dispute, { currency, fulfillment }: OrderFacts, refunds: Refunds): string {
  const money = formatMoney(dispute.amountCents, currency);
  switch (dispute.status) {
    case 'won':
      return `The chargeback of ${money} was won: the bank returned the money to the shop.`;
    case 'lost':
      return `The chargeback of ${money} was lost: the customer has the money${lostItems()}. Do not refund it again.`;
    case 'warning_closed':
      return `The bank’s inquiry about ${money} is closed. No money has moved.`;
    default:
      return `Stripe prevented a chargeback of ${money}. No money has moved.`;
  }

  function lostItems(): string {
    if (hasShipped(fulfillment)) return ' and the items';
    return cancelsItems(dispute, refunds) ? ', and the items returned to stock' : '';
  }
}
