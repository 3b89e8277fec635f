/** What shoppers read about refunds: without reasons that staff wrote for their colleagues, and without Stripe's internal terms. */
import { isStaffActor, STRIPE } from './identity.ts';
import { formatMoney } from './money.ts';

/** The reason of a refund. Shoppers see only the reasons that they gave themselves, and those of the shop's own refunds. */
export function reasonForShopper(refund: { kind: string; requestedBy: string; reason: string }): string {
  if (refund.kind === 'chargeback') return 'Chargeback by the card’s bank';
  if (refund.requestedBy !== STRIPE && !isStaffActor(refund.requestedBy)) return refund.reason;
  return refund.kind === 'cancellation' ? 'Your order was canceled' : 'Refund by the shop';
}

/** Longer lists of items would make a sentence of the order history hard to read. */
const MAX_ITEMS_LENGTH = 100;

type RefundInWords = { amountCents: number; currency: string; lines: readonly { name: string; quantity: number }[] };

/** "1 × “Mug”, 2 × “Bowl”". */
export function itemsInWords(lines: RefundInWords['lines']): string {
  return lines.map(({ name, quantity }) => `${quantity} × “${name}”`).join(', ');
}

/** "refund of $12.50 (1 × “Mug”)", for the order history. The items are named if they are few. */
export function refundInWords({ amountCents, currency, lines }: RefundInWords): string {
  const items = itemsInWords(lines);
  const amount = `refund of ${formatMoney(amountCents, currency)}`;
  return items === '' || items.length > MAX_ITEMS_LENGTH ? amount : `${amount} (${items})`;
}
