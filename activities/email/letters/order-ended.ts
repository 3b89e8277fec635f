import type { EmailOrder } from '../email-order.ts';
import { type Letter, letterAbout, type Part, paragraph, type ShopFacts } from './letter.ts';

/** @param reason as the shopper sees it, if any */
export function orderCanceled(order: EmailOrder, shop: ShopFacts, reason: string | undefined): Letter {
  return letterAbout(order, shop, {
    subject: 'Your order was canceled',
    heading: 'Your order was canceled',
    parts: [...(reason ? [paragraph(reason)] : []), refundParagraph(order)],
  });
}

export function orderExpired(order: EmailOrder, shop: ShopFacts): Letter {
  return letterAbout(order, shop, {
    subject: 'Your order has expired',
    heading: 'Your order has expired',
    parts: [
      paragraph('We didn’t receive your payment in time, so your items are no longer reserved.'),
      refundParagraph(order),
      paragraph('You’re welcome to place a new order while the items are in stock.'),
    ],
  });
}

function refundParagraph({ capturedCents }: EmailOrder): Part {
  return paragraph(
    capturedCents > 0
      ? 'We’re refunding your payment to the card you used. We’ll email you when the refund is sent.'
      : 'You haven’t been charged.',
  );
}
