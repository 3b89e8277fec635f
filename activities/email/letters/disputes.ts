/** Emails to support staff about chargebacks and bank inquiries. They contain no personal data. */
import { formatMoney } from '../../../domain/money.ts';
import type { EmailDispute, EmailOrder } from '../email-order.ts';
import { formatTime, type Letter, paragraph, type ShopFacts } from './letter.ts';

export function disputeOpened(order: EmailOrder, dispute: EmailDispute, shop: ShopFacts): Letter {
  const { what, by } = wordsOf(dispute);
  return aboutDispute(order, dispute, shop, {
    subject: `Respond to a ${what}${by}`,
    heading: `A ${what} was opened`,
  });
}

/** Reminds of a dispute without a response, shortly before its deadline. */
export function disputeDue(order: EmailOrder, dispute: EmailDispute, shop: ShopFacts): Letter {
  const { what, by } = wordsOf(dispute);
  return aboutDispute(order, dispute, shop, {
    subject: `Reminder: respond to a ${what}${by}`,
    heading: `A ${what} has no response yet`,
  });
}

function wordsOf({ amountCents, currency, status, evidenceDueBy }: EmailDispute) {
  const money = formatMoney(amountCents, currency);
  const isInquiry = status.startsWith('warning_');
  return {
    isInquiry,
    what: isInquiry ? `bank inquiry about ${money}` : `chargeback of ${money}`,
    by: evidenceDueBy ? ` by ${formatTime(evidenceDueBy)}` : '',
  };
}

function aboutDispute(
  { orderId, number }: EmailOrder,
  dispute: EmailDispute,
  shop: ShopFacts,
  { subject, heading }: Pick<Letter, 'subject' | 'heading'>,
): Letter {
  const { isInquiry } = wordsOf(dispute);
  const facts = [
    { label: 'Order number', lines: [number] },
    { label: 'Reason', lines: [dispute.reason.replaceAll('_', ' ')] },
    ...(dispute.evidenceDueBy ? [{ label: 'Respond by', lines: [formatTime(dispute.evidenceDueBy)] }] : []),
  ];
  const url = shop.caseUrl(orderId);
  return {
    subject: `${subject} (order ${number})`,
    heading,
    why: 'you work in support',
    parts: [
      { kind: 'facts', rows: facts },
      paragraph(
        isInquiry
          ? 'Respond in the Stripe Dashboard, to keep the inquiry from becoming a chargeback. No money has moved.'
          : 'Respond in the Stripe Dashboard. Without a response, the chargeback is lost.',
      ),
      url
        ? { kind: 'link', text: 'Open the case', url }
        : paragraph(`The case at the support desk is order-${orderId}.`),
    ],
  };
}
