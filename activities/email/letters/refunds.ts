import { formatMoney } from '../../../domain/money.ts';
import type { EmailOrder, EmailRefund } from '../email-order.ts';
import { type Letter, letterAbout, paragraph, type ShopFacts } from './letter.ts';

export function refundSent(order: EmailOrder, refund: EmailRefund, shop: ShopFacts): Letter {
  const amount = formatMoney(refund.amountCents, refund.currency);
  return letterAbout(order, shop, {
    subject: `Your refund of ${amount} is on its way`,
    heading: 'Your refund is on its way',
    parts: [
      {
        kind: 'facts',
        rows: [{ label: 'Amount', lines: [amount] }, ...itemRows(refund), { label: 'Reason', lines: [refund.reason] }],
      },
      paragraph('We refunded the card you used. It can take 5–10 business days to appear on your statement.'),
    ],
  });
}

function itemRows({ lines }: EmailRefund) {
  return lines.length === 0
    ? []
    : [{ label: 'Items', lines: lines.map(({ name, quantity }) => `${quantity} × ${name}`) }];
}

/** For a refund that the bank returned after the customer was notified that it is on its way. */
export function refundFailed(order: EmailOrder, refund: EmailRefund, shop: ShopFacts): Letter {
  const amount = formatMoney(refund.amountCents, refund.currency);
  return letterAbout(order, shop, {
    subject: `Your refund of ${amount} is delayed`,
    heading: 'Your refund is delayed',
    parts: [
      paragraph(
        `Your bank could not accept the refund of ${amount}. We’re taking care of it and will contact you. You don’t need to do anything.`,
      ),
    ],
  });
}

/** For a refund that the customer was notified of and that was then paid another way, such as by bank transfer. */
export function refundGivenUp(order: EmailOrder, refund: EmailRefund, shop: ShopFacts): Letter {
  const amount = formatMoney(refund.amountCents, refund.currency);
  return letterAbout(order, shop, {
    subject: `We paid your refund of ${amount} another way`,
    heading: 'We paid your refund another way',
    parts: [
      paragraph(`Your bank could not accept the refund of ${amount} to your card, so we paid you another way.`),
      paragraph('If you haven’t received it, reply to this email.'),
    ],
  });
}

/**
 * @param refund undefined for a refund that was refused before it was recorded
 * @param reason as the shopper sees it
 */
export function refundRefused(
  order: EmailOrder,
  refund: EmailRefund | undefined,
  shop: ShopFacts,
  reason: string | undefined,
): Letter {
  const amount = refund && formatMoney(refund.amountCents, refund.currency);
  return letterAbout(order, shop, {
    subject: 'We couldn’t process your refund',
    heading: 'We couldn’t process your refund',
    parts: [
      paragraph(
        amount
          ? `We couldn’t process the refund of ${amount} for your order.`
          : 'We couldn’t process the refund for your order.',
      ),
      ...(reason ? [{ kind: 'facts', rows: [{ label: 'Reason', lines: [reason] }] } as const] : []),
      paragraph('If you think this is a mistake, reply to this email.'),
    ],
  });
}

/** @param reason why staff withdrew it; undefined when the shopper withdrew it */
export function refundWithdrawn(order: EmailOrder, refund: EmailRefund, shop: ShopFacts, reason?: string): Letter {
  const what = refund.kind === 'cancellation' ? 'cancellation request' : 'refund request';
  const amount = formatMoney(refund.amountCents, refund.currency);
  return letterAbout(order, shop, {
    subject: `Your ${what} was withdrawn`,
    heading: `Your ${what} was withdrawn`,
    parts: [
      paragraph(`The request for a refund of ${amount} was withdrawn. Nothing will be refunded.${nextFor(refund)}`),
      ...(reason ? [{ kind: 'facts', rows: [{ label: 'Reason', lines: [reason] }] } as const] : []),
      paragraph('If you didn’t expect this, reply to this email.'),
    ],
  });
}

function nextFor({ kind, cancelsUnits }: EmailRefund): string {
  if (kind === 'cancellation') return ' Your order will be processed as planned.';
  return cancelsUnits ? ' The items will ship with your order.' : '';
}
