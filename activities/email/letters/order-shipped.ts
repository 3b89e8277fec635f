import type { EmailOrder } from '../email-order.ts';
import { type Letter, letterAbout, paragraph, type ShopFacts } from './letter.ts';

/** Notifies the shopper that a parcel has shipped, with its tracking number. @throws Error when the order has no such parcel */
export function orderShipped(order: EmailOrder, shop: ShopFacts, shipmentId: string | undefined): Letter {
  const parcel = order.parcels.find((each) => each.shipmentId === shipmentId);
  if (!parcel) throw new Error('the parcel of this mail does not exist');
  const { carrier, trackingNumber, lines } = parcel;
  const isPart = order.parcels.length > 1 || order.status === 'partially_shipped';
  const title = isPart ? 'Part of your order is on its way' : 'Your order is on its way';
  return letterAbout(order.orderId, shop, {
    subject: title,
    heading: title,
    parts: [
      paragraph(lines.map(({ name, quantity }) => `${quantity} × ${name}`).join(', ')),
      {
        kind: 'facts',
        rows: [
          { label: 'Carrier', lines: [carrier] },
          { label: 'Tracking number', lines: [trackingNumber] },
        ],
      },
      paragraph('Tracking updates may take a few hours to appear.'),
      ...(order.status === 'partially_shipped' ? [paragraph('The rest of your order ships separately.')] : []),
    ],
  });
}
