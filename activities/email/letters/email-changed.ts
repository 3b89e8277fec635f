import type { EmailOrder } from '../email-order.ts';
import { type Letter, letterAbout, paragraph, type ShopFacts } from './letter.ts';

const HEADING = 'Your order’s email address was changed';

/** To the previous address, whose owner must be able to object. @param masked the new address, not in full */
export function emailReplaced(order: EmailOrder, shop: ShopFacts, masked: string | undefined): Letter {
  // Without a key: the order no longer belongs to whoever reads this.
  return letterAbout({ ...order, isOfGuest: false }, shop, {
    subject: HEADING,
    heading: HEADING,
    parts: [
      paragraph(
        `Emails about your order now go to ${masked ?? 'another address'}. This is the last one to this address.`,
      ),
      paragraph('If you didn’t ask for this, reply to this email.'),
    ],
  });
}

export function emailAdded(order: EmailOrder, shop: ShopFacts): Letter {
  return letterAbout(order, shop, {
    subject: HEADING,
    heading: HEADING,
    parts: [
      paragraph('Emails about your order now come to this address.'),
      paragraph('If you didn’t place this order, reply to this email.'),
    ],
  });
}
