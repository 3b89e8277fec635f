/** Writes the email for a queued payload. */
import { isUnanswered } from '../../../domain/shipping.ts';
import type { EmailDispute, EmailOrder, EmailRefund } from '../email-order.ts';
import type { MailPayload } from '../queue-mail.ts';
import { disputeDue, disputeOpened } from './disputes.ts';
import { emailAdded, emailReplaced } from './email-changed.ts';
import type { Letter, ShopFacts } from './letter.ts';
import { orderCanceled, orderExpired } from './order-ended.ts';
import { orderPaid } from './order-paid.ts';
import { orderShipped, trackingCorrected } from './order-shipped.ts';
import { paymentRefused } from './payment-refused.ts';
import { refundFailed, refundGivenUp, refundRefused, refundSent, refundWithdrawn } from './refunds.ts';

/**
 * @param refund the refund that the email is about, if it exists
 * @param dispute the dispute that the email is about, if it exists
 * @returns undefined when the email is no longer relevant
 * @throws Error when the email reports a refund or a parcel that does not exist
 */
export function writeLetter(
  { kind, message, shipmentId }: MailPayload,
  order: EmailOrder,
  refund: EmailRefund | undefined,
  shop: ShopFacts,
  dispute?: EmailDispute,
): Letter | undefined {
  switch (kind) {
    case 'order_paid':
      return orderPaid(order, shop);
    case 'payment_refused':
      // The email may have waited for a mail server while the order was paid or ended; it is not relevant then.
      return order.status === 'pending' ? paymentRefused(order, shop, message) : undefined;
    case 'order_shipped':
      return orderShipped(order, shop, shipmentId);
    case 'tracking_corrected':
      return trackingCorrected(order, shop, shipmentId);
    case 'order_canceled':
      return orderCanceled(order, shop, message);
    case 'order_expired':
      return orderExpired(order, shop);
    case 'refund_sent':
      if (!refund) throw new Error('the refund of this mail does not exist');
      return refundSent(order, refund, shop);
    case 'refund_refused':
      return refundRefused(order, refund, shop, message);
    case 'refund_withdrawn':
      if (!refund) throw new Error('the refund of this mail does not exist');
      return refundWithdrawn(order, refund, shop, message);
    case 'refund_failed':
      if (!refund) throw new Error('the refund of this mail does not exist');
      return refundFailed(order, refund, shop);
    case 'refund_given_up':
      if (!refund) throw new Error('the refund of this mail does not exist');
      return refundGivenUp(order, refund, shop);
    case 'email_replaced':
      return emailReplaced(order, shop, message);
    case 'email_added':
      return emailAdded(order, shop);
    // Staff may have responded while the email waited.
    case 'dispute_opened':
      return dispute && isUnanswered(dispute.status) ? disputeOpened(order, dispute, shop) : undefined;
    case 'dispute_due':
      return dispute && isUnanswered(dispute.status) ? disputeDue(order, dispute, shop) : undefined;
  }
}
