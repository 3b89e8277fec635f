/**
 * Every email in full: `texts.md` records them, and a change of their texts updates that file in the same commit
 * (`npm test -- activities/email/letters/texts -u`).
 */
import { expect, it } from 'vitest';
import type { EmailDispute, EmailOrder, EmailRefund } from '../email-order.ts';
import type { MailPayload } from '../queue-mail.ts';
import { renderHtml } from './render-html.ts';
import { renderText } from './render-text.ts';
import { writeLetter } from './write-letter.ts';

const SHOP = {
  name: 'Holdfast & Sons',
  storefrontUrl: 'https://shop.example',
  caseUrl: (orderId: string) => `https://desk.example/order-${orderId}`,
  orderKey: () => 'key',
};
const PARCEL = {
  shipmentId: 'b4f1c0de-0000-4000-8000-000000000001',
  carrier: 'UPS',
  trackingNumber: '1Z999',
  lines: [{ name: 'Stoneware mug', quantity: 2 }],
};
const ORDER: EmailOrder = {
  orderId: 'abcdef12-3456-4789-8abc-def012345678',
  number: '482-913-077',
  isOfGuest: false,
  status: 'pending',
  currency: 'usd',
  totalCents: 4_499,
  capturedCents: 4_499,
  email: 'ada@b.example',
  shipping_address: {
    name: 'Ada',
    street: '1 Main Street',
    city: 'Springfield',
    state: 'IL',
    postal_code: '12345',
    country: 'US',
  },
  lastPaymentError: 'Your card was declined.',
  expiresAt: new Date('2030-05-06T14:32:00Z'),
  parcels: [PARCEL],
  lines: [
    { name: 'Stoneware mug <blue>', quantity: 2, unitPriceCents: 1_250 },
    { name: 'Tray', quantity: 1, unitPriceCents: 1_999 },
  ],
};
const DISPUTE: EmailDispute = {
  amountCents: 4_499,
  currency: 'usd',
  reason: 'fraudulent',
  status: 'needs_response',
  evidenceDueBy: new Date('2030-05-09T23:59:00Z'),
};
const REFUND: EmailRefund = {
  kind: 'refund',
  amountCents: 1_250,
  currency: 'usd',
  reason: 'One mug was\n\nbroken.',
  cancelsUnits: false,
  lines: [],
};

interface Mail {
  payload: MailPayload;
  order?: Partial<EmailOrder>;
  refund?: EmailRefund | null;
}

const MAILS: readonly Mail[] = [
  { payload: { kind: 'order_paid' } },
  { payload: { kind: 'order_shipped' }, order: { isOfGuest: true } },
  {
    payload: { kind: 'order_paid' },
    order: { shipping_address: { street: '1 Main', city: 'Springfield', postal_code: '12345', country: 'US' } },
  },
  { payload: { kind: 'payment_refused', message: 'It has insufficient funds.' } },
  { payload: { kind: 'payment_refused' } },
  { payload: { kind: 'payment_refused' }, order: { lastPaymentError: null } },
  { payload: { kind: 'order_shipped' } },
  { payload: { kind: 'order_shipped' }, order: { status: 'partially_shipped' } },
  { payload: { kind: 'tracking_corrected' } },
  {
    payload: { kind: 'order_shipped' },
    order: { status: 'shipped', parcels: [PARCEL, { ...PARCEL, shipmentId: 'other' }] },
  },
  { payload: { kind: 'order_canceled', message: 'You asked for it.' } },
  { payload: { kind: 'order_canceled' }, order: { capturedCents: 0 } },
  { payload: { kind: 'order_expired' } },
  { payload: { kind: 'refund_sent' } },
  {
    payload: { kind: 'refund_sent' },
    refund: {
      ...REFUND,
      lines: [
        { name: 'Stoneware mug <blue>', quantity: 1 },
        { name: 'Tray', quantity: 1 },
      ],
    },
  },
  { payload: { kind: 'refund_failed' } },
  { payload: { kind: 'refund_given_up' } },
  { payload: { kind: 'refund_refused', message: 'It was worn.' } },
  { payload: { kind: 'refund_refused' }, refund: null },
  { payload: { kind: 'email_replaced', to: 'ada@b.example', message: 'a•••@c.example' } },
  { payload: { kind: 'email_added', to: 'ada@c.example' } },
  { payload: { kind: 'refund_withdrawn' } },
  { payload: { kind: 'refund_withdrawn' }, refund: { ...REFUND, kind: 'cancellation', cancelsUnits: true } },
  { payload: { kind: 'refund_withdrawn', message: 'You want the items.' }, refund: { ...REFUND, cancelsUnits: true } },
  { payload: { kind: 'dispute_opened' } },
  { payload: { kind: 'dispute_due' } },
];

it('emails match their reviewed texts', async () => {
  const mails = MAILS.map(({ payload, order, refund = REFUND }) => {
    const letter = writeLetter(
      { shipmentId: PARCEL.shipmentId, ...payload },
      { ...ORDER, ...order },
      refund ?? undefined,
      SHOP,
      DISPUTE,
    )!;
    return `## ${letter.subject}\n\n${renderText(letter, SHOP)}\n\n\`\`\`html\n${renderHtml(letter, SHOP)}\n\`\`\`\n`;
  });
  await expect(mails.join('\n')).toMatchFileSnapshot('./texts.md');
});
