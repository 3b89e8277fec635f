import { describe, expect, it } from 'vitest';
import type { Address } from '../../../domain/address.ts';
import type { EmailDispute, EmailOrder, EmailRefund } from '../email-order.ts';
import { isForStaff, MAIL_KINDS, type MailPayload } from '../queue-mail.ts';
import type { ShopFacts } from './letter.ts';
import { renderHtml } from './render-html.ts';
import { renderText } from './render-text.ts';
import { writeLetter } from './write-letter.ts';

const SHOP: ShopFacts = {
  name: 'Holdfast',
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
  capturedCents: 0,
  email: 'ada@example.test',
  shipping_address: {
    name: 'Ada Test',
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
    { name: 'Stoneware mug', quantity: 2, unitPriceCents: 1_250 },
    { name: 'Tray', quantity: 1, unitPriceCents: 1_999 },
  ],
};
const DISPUTE: EmailDispute = {
  amountCents: 1_250,
  currency: 'usd',
  reason: 'product_not_received',
  status: 'needs_response',
  evidenceDueBy: new Date('2030-05-09T23:59:00Z'),
};
const REFUND: EmailRefund = {
  kind: 'refund',
  cancelsUnits: false,
  amountCents: 1_250,
  currency: 'usd',
  reason: 'One mug was broken.',
  lines: [],
};

function write(
  payload: MailPayload,
  order: Partial<EmailOrder> = {},
  refund: EmailRefund | undefined = REFUND,
  shop = SHOP,
) {
  const letter = writeLetter(
    { shipmentId: PARCEL.shipmentId, ...payload },
    { ...ORDER, ...order },
    refund,
    shop,
    DISPUTE,
  );
  if (!letter) throw new Error('the email is no longer relevant');
  return { subject: letter.subject, text: renderText(letter, shop), html: renderHtml(letter, shop) };
}

/** The visible text of the HTML. */
const read = (html: string) =>
  html
    .replace(/<(style|title)>.*?<\/\1>/gs, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ');

describe('every kind of mail', () => {
  it.each(MAIL_KINDS)('%s has the same contents as text and as HTML, and links to the order', (kind) => {
    const { subject, text, html } = write({ kind, refundId: ORDER.orderId, message: 'Because.' });
    expect(subject).toContain('(order 482-913-077)');
    for (const form of [text, read(html)]) expect(form).toMatch(/Order number:? 482-913-077/);
    for (const form of [text, html]) {
      const link = isForStaff(kind) ? 'https://desk.example/order-' : 'https://shop.example/orders/';
      expect(form).toContain(`${link}abcdef12-3456-4789-8abc-def012345678`);
      expect(form).not.toMatch(/undefined|null|NaN|\[object/);
    }
    const words = read(html);
    for (const line of text.split('\n')) {
      for (const part of line.trim().replace(/:$/, '').split(': '))
        if (!part.startsWith('https://')) expect(words).toContain(part);
    }
  });

  it.each(MAIL_KINDS)('%s works for an order without its optional fields', (kind) => {
    const bare = { shipping_address: {} as Address, lastPaymentError: null };
    const { text, html } = write({ kind }, bare);
    expect(text + html).not.toMatch(/undefined|null|NaN|\[object/);
  });

  it.each(MAIL_KINDS)('%s shows what people typed as text', (kind) => {
    const attack = '<img src=x onerror="alert(1)">&amp;\'\n\nTotal: $0.00';
    const { text, html } = write(
      { kind, message: attack },
      {
        lines: [{ name: attack, quantity: 1, unitPriceCents: 100 }],
        shipping_address: { name: attack, street: attack } as Address,
        parcels: [{ ...PARCEL, carrier: attack, trackingNumber: attack, lines: [{ name: attack, quantity: 1 }] }],
        lastPaymentError: attack,
      },
      { ...REFUND, reason: attack },
      { ...SHOP, name: attack },
    );
    expect(html).not.toContain('<img');
    expect(html).not.toContain('onerror="alert');
    expect(text.split('\n')).not.toContain('Total: $0.00');
  });
});

describe('in particular', () => {
  it('a confirmation lists its items, total, and shipping address', () => {
    const { text } = write({ kind: 'order_paid' });
    expect(text).toContain('2 × Stoneware mug: $25.00\n1 × Tray: $19.99\nTotal: $44.99');
    expect(text).toContain('Shipping address:\n  Ada Test\n  1 Main Street\n  Springfield, IL 12345\n  US');
  });

  it('a confirmation to an address without a city, or without any, has no gaps', () => {
    const to = (shipping_address: Partial<Address>) =>
      write({ kind: 'order_paid' }, { shipping_address: shipping_address as Address }).text;
    expect(to({ name: ' Ada\n  Test ', state: 'IL', postal_code: '12345' })).toContain(
      'Shipping address:\n  Ada Test\n  IL 12345\n',
    );
    expect(to({ name: 'Ada', city: 'Springfield' })).toContain('Shipping address:\n  Ada\n  Springfield\n');
    expect(to({})).toMatch(/^Shipping address: $/m);
  });

  it('the HTML has a color for everything in both color schemes', () => {
    const { html } = write({ kind: 'order_paid' });
    expect(html).toContain('prefers-color-scheme: dark');
    expect(html.match(/ style="[^"]*"/g)).not.toHaveLength(0);
    // A style that lacks a value, or ends before its last part.
    expect(html).not.toMatch(/ style="([^"]*[;:])?"|;;|:;/);
  });

  it('a declined payment shows the reason and the deadline, as long as it is relevant', () => {
    expect(write({ kind: 'payment_refused' }).text).toContain('Your card was declined.');
    const { text } = write({ kind: 'payment_refused', message: 'Insufficient funds.' });
    expect(text).toContain('Insufficient funds.');
    expect(text).toContain('May 6, 2030 at 2:32 PM UTC');
    for (const status of ['paid', 'expired', 'canceled'] as const)
      expect(writeLetter({ kind: 'payment_refused' }, { ...ORDER, status }, undefined, SHOP)).toBeUndefined();
  });

  it('an email to staff has the deadline and the case, and no name, address, or item of the shopper', () => {
    for (const kind of ['dispute_opened', 'dispute_due'] as const) {
      const { subject, text, html } = write({ kind });
      expect(subject).toContain('chargeback of $12.50 by May 9, 2030 at 11:59 PM UTC (order 482-913-077)');
      expect(text).toContain('Reason: product not received\nRespond by: May 9, 2030 at 11:59 PM UTC');
      expect(text + html).not.toMatch(/Ada|Main Street|ada@|mug/i);
    }
    expect(write({ kind: 'dispute_due' }).subject).toMatch(/^Reminder: /);
  });

  it('an email to staff about an inquiry says that no money has moved; without a support desk it names the case', () => {
    const inquiry = { ...DISPUTE, status: 'warning_needs_response', evidenceDueBy: null };
    const shop = { ...SHOP, caseUrl: () => null };
    const letter = writeLetter({ kind: 'dispute_opened' }, ORDER, undefined, shop, inquiry)!;
    expect(letter.subject).toBe('Respond to a bank inquiry about $12.50 (order 482-913-077)');
    const text = renderText(letter, shop);
    expect(text).toContain('No money has moved.');
    expect(text).toContain('order-abcdef12-3456-4789-8abc-def012345678');
  });

  it('an email to staff is not sent once there is a response', () => {
    for (const kind of ['dispute_opened', 'dispute_due'] as const)
      for (const status of ['under_review', 'won', 'lost', 'warning_closed'])
        expect(writeLetter({ kind }, ORDER, undefined, SHOP, { ...DISPUTE, status })).toBeUndefined();
  });

  it('a shipment shows its carrier and tracking number', () => {
    expect(write({ kind: 'order_shipped' }).text).toContain('Carrier: UPS\nTracking number: 1Z999');
  });

  it('a canceled or expired order explains the refund', () => {
    for (const kind of ['order_canceled', 'order_expired'] as const) {
      expect(write({ kind }).text).toContain('You haven’t been charged.');
      expect(write({ kind }, { capturedCents: 4_499 }).text).toContain('We’re refunding your payment');
    }
  });

  it('a refund shows its amount and reason; a refused one may have no record', () => {
    expect(write({ kind: 'refund_sent' }).text).toContain('Amount: $12.50\nReason: One mug was broken.');
    expect(() => writeLetter({ kind: 'refund_sent' }, ORDER, undefined, SHOP)).toThrow('does not exist');
    const refused = writeLetter({ kind: 'refund_refused', message: 'It is too late.' }, ORDER, undefined, SHOP);
    expect(renderText(refused!, SHOP)).toContain('Reason: It is too late.');
  });
});
