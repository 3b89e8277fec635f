import { formatMoney } from '../../../domain/money.ts';
import type { OrderFacts } from '../order-facts.ts';
import { type Letter, letterAbout, paragraph, type ShopFacts, timeInWords } from './letter.ts';

/**
 * Tells that a card was refused, while another can still be tried.
 * @param why in words for the shopper; what the order knows when it is missing
 */
export function paymentRefused(order: OrderFacts, shop: ShopFacts, why: string | undefined): Letter {
  const reason = why ?? order.lastPaymentError ?? 'Your card was declined.';
  return letterAbout(
    order.orderId,
    shop,
    {
      subject: 'Your payment didn’t go through',
      heading: 'Your payment didn’t go through',
      parts: [
        paragraph(reason),
        paragraph(
          `You haven’t been charged. Your order of ${formatMoney(order.totalCents, order.currency)} is awaiting payment.`,
        ),
        paragraph(
          `Your items are reserved until ${timeInWords(order.expiresAt)}. You can try again until then with the same card or a different one.`,
        ),
      ],
    },
    'Complete payment',
  );
}
