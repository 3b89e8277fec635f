import { formatMoney } from '../../../domain/money.ts';
import type { EmailOrder } from '../email-order.ts';
import { formatTime, type Letter, letterAbout, paragraph, type ShopFacts } from './letter.ts';

/**
 * Notifies the shopper of a declined card, while another can still be tried.
 * @param declineReason as the shopper sees it; defaults to the order's last payment error
 */
export function paymentRefused(order: EmailOrder, shop: ShopFacts, declineReason: string | undefined): Letter {
  const reason = declineReason ?? order.lastPaymentError ?? 'Your card was declined.';
  return letterAbout(
    order,
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
          `Your items are reserved until ${formatTime(order.expiresAt)}. You can try again until then with the same card or a different one.`,
        ),
      ],
    },
    'Complete payment',
  );
}
