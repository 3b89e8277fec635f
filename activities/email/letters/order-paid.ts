import { formatMoney, lineTotalCents } from '../../../domain/money.ts';
import type { OrderFacts, ShippingAddress } from '../order-facts.ts';
import { type Letter, letterAbout, paragraph, type ShopFacts } from './letter.ts';

/** Confirms an order: what was bought, where it goes, what happens next. */
export function orderPaid(order: OrderFacts, shop: ShopFacts): Letter {
  const money = (cents: number) => formatMoney(cents, order.currency);
  return letterAbout(order.orderId, shop, {
    subject: `Thank you for your order at ${shop.name}`,
    heading: 'Thank you for your order',
    parts: [
      paragraph('We have your payment, and the items are yours.'),
      {
        kind: 'amounts',
        rows: order.lines.map(({ name, quantity, unitPriceCents }) => ({
          text: `${quantity} × ${name}`,
          amount: money(lineTotalCents(unitPriceCents, quantity)),
        })),
        total: { text: 'Total', amount: money(order.totalCents) },
      },
      { kind: 'facts', rows: [{ label: 'It goes to', lines: addressLines(order.shippingAddress) }] },
      paragraph('What happens next: we pack your order and write again when it is on its way.'),
    ],
  });
}

function addressLines(address: ShippingAddress): string[] {
  const town = [address.city, [address.state, address.postal_code].filter(Boolean).join(' ')]
    .filter(Boolean)
    .join(', ');
  return [address.name, address.street, address.street2, town, address.country].filter(
    (line) => line !== undefined && line !== '',
  ) as string[];
}
