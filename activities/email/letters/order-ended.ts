import type { OrderFacts } from '../order-facts.ts';
import { type Letter, letterAbout, type Part, paragraph, type ShopFacts } from './letter.ts';

/** @param why in words for the shopper, when somebody gave a reason */
export function orderCanceled(order: OrderFacts, shop: ShopFacts, why: string | undefined): Letter {
  return letterAbout(order.orderId, shop, {
    subject: 'Your order is canceled',
    heading: 'Your order is canceled',
    parts: [...(why ? [paragraph(why)] : []), whatBecomesOfTheMoney(order)],
  });
}

export function orderExpired(order: OrderFacts, shop: ShopFacts): Letter {
  return letterAbout(order.orderId, shop, {
    subject: 'Your order was not paid in time',
    heading: 'Your order was not paid in time',
    parts: [
      paragraph('The time to pay ran out, so the items went back on sale.'),
      whatBecomesOfTheMoney(order),
      paragraph('You are welcome to order them again, as long as they are in stock.'),
    ],
  });
}

function whatBecomesOfTheMoney({ capturedCents }: OrderFacts): Part {
  return paragraph(
    capturedCents > 0
      ? 'What you paid goes back to the card that you paid with; we write again when it has been sent.'
      : 'You have not been charged.',
  );
}
