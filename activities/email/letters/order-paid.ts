import type { Address } from '../../../domain/address.ts';
import { formatMoney, lineTotalCents } from '../../../domain/money.ts';
import type { EmailOrder } from '../email-order.ts';
import { type Letter, letterAbout, paragraph, type ShopFacts } from './letter.ts';

/** Confirms an order: its items, its shipping address, and what happens next. */
export function orderPaid(order: EmailOrder, shop: ShopFacts): Letter {
  const money = (cents: number) => formatMoney(cents, order.currency);
  return letterAbout(order, shop, {
    subject: `Your ${shop.name} order is confirmed`,
    heading: 'Thank you for your order',
    parts: [
      paragraph('We’ve received your payment, and we’re getting your order ready.'),
      {
        kind: 'amounts',
        rows: order.lines.map(({ name, quantity, unitPriceCents }) => ({
          text: `${quantity} × ${name}`,
          amount: money(lineTotalCents(unitPriceCents, quantity)),
        })),
        total: { text: 'Total', amount: money(order.totalCents) },
      },
      { kind: 'facts', rows: [{ label: 'Shipping address', lines: addressLines(order.shipping_address) }] },
      paragraph('We’ll email you when your order ships.'),
    ],
  });
}

function addressLines(address: Address): string[] {
  const cityLine = [address.city, [address.state, address.postal_code].filter(Boolean).join(' ')]
    .filter(Boolean)
    .join(', ');
  return [address.name, address.street, address.street2, cityLine, address.country].filter(
    (line) => line !== undefined && line !== '',
  ) as string[];
}
