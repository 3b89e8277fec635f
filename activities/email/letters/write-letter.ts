/** Which letter a mail is. */
import type { OrderFacts, RefundFacts } from '../order-facts.ts';
import type { MailPayload } from '../queue-mail.ts';
import type { Letter, ShopFacts } from './letter.ts';
import { orderCanceled, orderExpired } from './order-ended.ts';
import { orderPaid } from './order-paid.ts';
import { orderShipped } from './order-shipped.ts';
import { paymentRefused } from './payment-refused.ts';
import { refundRefused, refundSent } from './refunds.ts';

/**
 * @param refund the one that the mail is about, when it is there
 * @returns undefined when there is nothing to say any more
 * @throws Error when a refund is said to have been sent that does not exist
 */
export function writeLetter(
  { kind, message }: MailPayload,
  order: OrderFacts,
  refund: RefundFacts | undefined,
  shop: ShopFacts,
): Letter | undefined {
  switch (kind) {
    case 'order_paid':
      return orderPaid(order, shop);
    case 'payment_refused':
      // A mail that waited for a mail server may come when the order has been paid, or is over: no card is wanted then.
      return order.status === 'pending' ? paymentRefused(order, shop, message) : undefined;
    case 'order_shipped':
      return orderShipped(order, shop);
    case 'order_canceled':
      return orderCanceled(order, shop, message);
    case 'order_expired':
      return orderExpired(order, shop);
    case 'refund_sent':
      if (!refund) throw new Error('the refund of this mail does not exist');
      return refundSent(order, refund, shop);
    case 'refund_refused':
      return refundRefused(order, refund, shop, message);
  }
}
