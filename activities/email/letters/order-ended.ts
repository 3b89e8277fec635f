import type { OrderFacts } from '../order-facts.ts';
import { type Letter, letterAbout, type Part, paragraph, type ShopFacts } from './letter.ts';

/** @param why in words for the shopper, when somebody gave a reason */
export function orderCancelled(order: OrderFacts, shop: ShopFacts, why: string | undefined): Letter {
  return letterAbout(order.orderId, shop, {
    subject: 'Your order was canceled',
    heading: 'Your order was canceled',
    parts: [...(why ? [paragraph(why)] : []), whatBecomesOfTheMoney(order)],
  });
}

export function orderExpired(order: OrderFacts, shop: ShopFacts): Letter {
  return letterAbout(order.orderId, shop, {
    subject: 'Your order has expired',
    heading: 'Your order has expired',
    parts: [
      paragraph('We didn’t receive your payment in time, so your items are no longer reserved.'),
      whatBecomesOfTheMoney(order),
      paragraph('You’re welcome to place a new order while the items are in stock.'),
    ],
  });
}

function whatBecomesOfTheMoney({ capturedCents }: OrderFacts): Part {
  return paragraph(
    capturedCents > 0
      ? 'We’re refunding your payment to the card you used. We’ll email you when the refund is sent.'
      : 'You haven’t been charged.',
  );
}
