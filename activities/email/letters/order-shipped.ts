import type { EmailOrder } from '../email-order.ts';
import { type Letter, letterAbout, type Part, paragraph, type ShopFacts } from './letter.ts';

/** Notifies the shopper that a parcel has shipped, with its tracking number. @throws Error when the order has no such parcel */
export function orderShipped(order: EmailOrder, shop: ShopFacts, shipmentId: string | undefined): Letter {
  const parcel = parcelOf(order, shipmentId);
  const isPart = order.parcels.length > 1 || order.status === 'partially_shipped';
  const title = isPart ? 'Part of your order is on its way' : 'Your order is on its way';
  return letterAbout(order, shop, {
    subject: title,
    heading: title,
    parts: [
      ...describeParcel(parcel),
      paragraph('Tracking updates may take a few hours to appear.'),
      ...(order.status === 'partially_shipped' ? [paragraph('The rest of your order ships separately.')] : []),
    ],
  });
}

/** Notifies the shopper that a parcel has another carrier or tracking number. @throws Error when the order has no such parcel */
export function trackingCorrected(order: EmailOrder, shop: ShopFacts, shipmentId: string | undefined): Letter {
  const title = 'Your tracking number was corrected';
  return letterAbout(order, shop, {
    subject: title,
    heading: title,
    parts: [
      paragraph('The carrier or tracking number that we sent you was wrong. Please use this one:'),
      ...describeParcel(parcelOf(order, shipmentId)),
    ],
  });
}

type Parcel = EmailOrder['parcels'][number];

function parcelOf({ parcels }: EmailOrder, shipmentId: string | undefined): Parcel {
  const parcel = parcels.find((each) => each.shipmentId === shipmentId);
  if (!parcel) throw new Error('the parcel of this mail does not exist');
  return parcel;
}

function describeParcel({ carrier, trackingNumber, lines }: Parcel): Part[] {
  return [
    paragraph(lines.map(({ name, quantity }) => `${quantity} × ${name}`).join(', ')),
    {
      kind: 'facts',
      rows: [
        { label: 'Carrier', lines: [carrier] },
        { label: 'Tracking number', lines: [trackingNumber] },
      ],
    },
  ];
}
