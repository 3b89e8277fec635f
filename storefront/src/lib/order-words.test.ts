import { describe, expect, it } from 'vitest';
import { order as orderContract } from '../../../api/contracts/orders.ts';
import { refund as refundContract } from '../../../api/contracts/refunds.ts';
import { headlineOf, ORDER_LOOKS, refundLook, refundTitle } from './order-words.ts';
import { anOrder, aRefund } from './testing.ts';

/** Names of the code that would say nothing to a shopper. */
const CODE_WORDS = /_|on hold|awaiting|approval|fulfil/i;

describe.each(orderContract.shape.status.options)('an order that is %s', (status) => {
  it('has a badge and a headline in plain words', () => {
    const { title, text } = headlineOf(anOrder({ status }), []);
    for (const words of [ORDER_LOOKS[status].label, title]) expect(words).toMatch(/^[A-Z]/);
    expect(`${ORDER_LOOKS[status].label} ${title} ${text}`).not.toMatch(CODE_WORDS);
    if (status !== 'pending') expect(text).toMatch(/[.]$/);
  });
});

describe.each(refundContract.shape.kind.options)('a %s', (kind) => {
  it.each(refundContract.shape.status.options)('that is %s has a name, a badge and a sentence', (status) => {
    const { label, text } = refundLook({ kind, status });
    const title = refundTitle({ kind, status });
    for (const words of [title, label, text]) expect(words).toMatch(/^[A-Z]/);
    expect(`${title} ${label} ${text}`).not.toMatch(CODE_WORDS);
  });
});

it('tells a check by the shop from a cancellation that waits', () => {
  expect(headlineOf(anOrder({ status: 'on_hold' }), []).title).toBe('We are checking this order');
  expect(headlineOf(anOrder({ status: 'on_hold', cancellation_waits: true }), []).title).toBe(
    'Your cancellation is being looked at',
  );
});

it('says where the money of a cancelled order is', () => {
  const words = (order: Parameters<typeof anOrder>[0], ...refunds: Parameters<typeof aRefund>[0][]) =>
    headlineOf(anOrder({ status: 'cancelled', ...order }), refunds.map(aRefund)).text;
  expect(words({ captured_amount: 0, paid_at: null })).toContain('Nothing was charged.');
  expect(words({}, { status: 'pending' })).toBe('All of your payment is going back to your card.');
  expect(words({ refunded_amount: 49 }, {})).toBe('All of your payment went back to your card.');
  expect(words({ paid_at: null }, { status: 'pending' })).toBe(
    'The payment came too late. All of it is going back to your card.',
  );
  expect(words({}, { status: 'failed' })).toContain('our support looks after it');
});
