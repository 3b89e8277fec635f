import type { EmailOrder } from '../email-order.ts';
import { type Letter, letterAbout, paragraph, type ShopFacts } from './letter.ts';

/** Notifies the shopper that an order has shipped, with its tracking number. */
export function orderShipped(order: EmailOrder, shop: ShopFacts): Letter {
  const { carrier, trackingNumber } = order;
  const facts = [
    ...(carrier ? [{ label: 'Carrier', lines: [carrier] }] : []),
    ...(trackingNumber ? [{ label: 'Tracking number', lines: [trackingNumber] }] : []),
  ];
  return letterAbout(order, shop, {
    subject: 'Your order is on its way',
    heading: 'Your order is on its way',
    parts: [
      paragraph(order.lines.map(({ name, quantity }) => `${quantity} × ${name}`).join(', ')),
      ...(facts.length > 0 ? [{ kind: 'facts', rows: facts } as const] : []),
      ...(trackingNumber ? [paragraph('Tracking updates may take a few hours to appear.')] : []),
    ],
  });
}
