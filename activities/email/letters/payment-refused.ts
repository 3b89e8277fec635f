import { formatMoney } from '../../../domain/money.ts';
import type { OrderFacts } from '../order-facts.ts';
import { type Letter, letterAbout, paragraph, type ShopFacts, timeInWords } from './letter.ts';

/**
 * Tells that a card was refused, while another can still be tried.
 * @param why in words for the shopper; what the order knows when it is missing
 */
export function paymentRefused(order: OrderFacts, shop: ShopFacts, why: string | undefined): Letter {
  const reason = why ?? order.lastPaymentError ?? 'The card was not accepted.';
  return letterAbout(
    order.orderId,
    shop,
    {
      subject: 'Your payment did not go through',
      heading: 'Your payment did not go through',
      parts: [
        paragraph(reason),
        paragraph(
          `No money was taken; your order of ${formatMoney(order.totalCents, order.currency)} is still to be paid.`,
        ),
        paragraph(
          `We reserved the items for you until ${timeInWords(order.expiresAt)}. Until then you can try again, with this card or another.`,
        ),
      ],
    },
    'Try another card',
  );
}
