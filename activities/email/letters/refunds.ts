import { formatMoney } from '../../../domain/money.ts';
import type { OrderFacts, RefundFacts } from '../order-facts.ts';
import { type Letter, letterAbout, paragraph, type ShopFacts } from './letter.ts';

export function refundSent(order: OrderFacts, refund: RefundFacts, shop: ShopFacts): Letter {
  const amount = formatMoney(refund.amountCents, refund.currency);
  return letterAbout(order.orderId, shop, {
    subject: `Your refund of ${amount} is on its way`,
    heading: 'Your refund is on its way',
    parts: [
      {
        kind: 'facts',
        rows: [
          { label: 'Amount', lines: [amount] },
          { label: 'Reason', lines: [refund.reason] },
        ],
      },
      paragraph('It goes to the card that you paid with. Banks take 5 to 10 working days to show it.'),
    ],
  });
}

/**
 * @param refund undefined for one that was refused before it was written down
 * @param why in words for the shopper
 */
export function refundRefused(
  order: OrderFacts,
  refund: RefundFacts | undefined,
  shop: ShopFacts,
  why: string | undefined,
): Letter {
  const amount = refund && formatMoney(refund.amountCents, refund.currency);
  return letterAbout(order.orderId, shop, {
    subject: 'Your refund was not made',
    heading: 'Your refund was not made',
    parts: [
      paragraph(
        amount
          ? `A refund of ${amount} was asked for. We could not make it.`
          : 'A refund was asked for. We could not make it.',
      ),
      ...(why ? [{ kind: 'facts', rows: [{ label: 'Why', lines: [why] }] } as const] : []),
      paragraph('If you think that this is wrong, reply to this mail.'),
    ],
  });
}
