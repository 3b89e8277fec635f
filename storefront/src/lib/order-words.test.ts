import { describe, expect, it } from 'vitest';
import { order as orderContract } from '../../../api/contracts/orders.ts';
import { refund as refundContract } from '../../../api/contracts/refunds.ts';
import type { Refund } from './contracts.ts';
import { canceledText, headlineOf, ORDER_LOOKS, refundLook, refundTitle } from './order-words.ts';
import { anOrder, aRefund } from './testing.ts';

/** Names of the code that would say nothing to a shopper. */
const CODE_WORDS = /_|under review|awaiting|approval|fulfill/i;

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
    for (const fields of [{}, { cancels_units: true }, { cancels_units: true, given_up: true }]) {
      const refund = aRefund({ kind, status, ...fields });
      const { label, text } = refundLook(refund);
      const title = refundTitle(refund);
      for (const words of [title, label, text]) expect(words).toMatch(/^[A-Z]/);
      expect(`${title} ${label} ${text}`).not.toMatch(CODE_WORDS);
    }
  });
});

it('says of canceled items that they will not ship, also while it is reviewed', () => {
  const text = (fields: Parameters<typeof aRefund>[0]) => refundLook(aRefund({ cancels_units: true, ...fields })).text;
  const inReview = 'We’re reviewing your request; these items won’t ship in the meantime.';
  expect(text({ status: 'awaiting_approval' })).toBe(inReview);
  expect(text({ status: 'awaiting_approval', kind: 'cancellation' })).toBe(inReview);
  expect(text({ status: 'awaiting_approval', cancels_units: false })).toBe('We’re reviewing this refund.');
  expect(text({ status: 'succeeded' })).toContain('will not ship');
  expect(text({ status: 'failed' })).toContain('you don’t need to do anything');
  expect(text({ status: 'failed', given_up: true })).toContain('settled it in another way');
  expect(refundTitle(aRefund({ cancels_units: true }))).toBe('Canceled items');
  expect(refundTitle(aRefund({ status: 'awaiting_return' }))).toBe('Return');
});

it('says how many units of an item are canceled', () => {
  expect(canceledText(2, { canceled: 1, pending: 0 })).toBe('1 of 2 canceled');
  expect(canceledText(2, { canceled: 0, pending: 1 })).toBe('1 being canceled');
  expect(canceledText(3, { canceled: 1, pending: 1 })).toBe('1 of 3 canceled · 1 being canceled');
  expect(canceledText(2, { canceled: 2, pending: 0 })).toBe('Canceled');
  expect(canceledText(1, { canceled: 0, pending: 1 })).toBe('Being canceled');
});

it('tells a check by the shop from a cancellation that waits', () => {
  expect(headlineOf(anOrder({ status: 'under_review' }), []).title).toBe('We are checking this order');
  expect(headlineOf(anOrder({ status: 'under_review', cancellation_waits: true }), []).title).toBe(
    'We’re reviewing your cancellation',
  );
});

it('says where the money of a canceled order is', () => {
  const words = (order: Parameters<typeof anOrder>[0], ...refunds: Parameters<typeof aRefund>[0][]) =>
    headlineOf(anOrder({ status: 'canceled', ...order }), refunds.map(aRefund)).text;
  expect(words({ captured_amount: 0, paid_at: null })).toContain('Nothing was charged.');
  expect(words({}, { status: 'pending' })).toBe('All of your payment is going back to your card.');
  expect(words({ refunded_amount: 49 }, {})).toBe('All of your payment went back to your card.');
  expect(words({ paid_at: null }, { status: 'pending' })).toBe(
    'The payment came too late. All of it is going back to your card.',
  );
  expect(words({}, { status: 'failed' })).toContain('our support looks after it');
});

it('has a headline of its own for each status', () => {
  const titles = orderContract.shape.status.options.map((status) => headlineOf(anOrder({ status }), []).title);
  expect(new Set(titles).size).toBe(titles.length);
  expect(headlineOf(anOrder({ status: 'pending' }), []).text).toBe('');
});

it('gives thanks to whoever has just paid, and nobody who comes back later', () => {
  const title = (fresh?: boolean) => headlineOf(anOrder({ status: 'paid' }), [], fresh).title;
  expect([title(true), title(false), title()]).toEqual([
    'Thank you: it is yours',
    'Paid, and yours',
    'Paid, and yours',
  ]);
});

it('says what becomes of an order whose cancellation is reviewed', () => {
  const { text } = headlineOf(anOrder({ status: 'under_review', cancellation_waits: true }), []);
  expect(text).toContain('Nothing ships in the meantime.');
  expect(text).toContain('we refund all that is left of your payment');
});

it('mentions support when one of several refunds failed', () => {
  const refunds = [aRefund({ status: 'succeeded' }), aRefund({ status: 'failed' })];
  expect(headlineOf(anOrder({ status: 'canceled' }), refunds).text).toContain('our support looks after it');
});

it.each([
  ['badge-wait', ['pending', 'under_review', 'partially_refunded']],
  ['badge-good', ['paid', 'shipped', 'delivered']],
  ['badge-bad', ['expired']],
  ['', ['refunded', 'canceled']],
] as const)('shows with the color “%s” orders that are %j', (tone, statuses) => {
  const shown = orderContract.shape.status.options.filter((status) => ORDER_LOOKS[status].tone === tone);
  expect(shown.toSorted()).toEqual([...statuses].sort());
});

describe.each([
  ['refund', { awaiting_return: 'badge-wait', awaiting_approval: 'badge-wait', pending: 'badge-wait' }],
  ['refund', { succeeded: 'badge-good', failed: 'badge-bad', rejected: '' }],
  ['cancellation', { awaiting_approval: 'badge-wait', pending: 'badge-wait', succeeded: 'badge-good' }],
  ['cancellation', { failed: 'badge-bad', rejected: 'badge-bad' }],
  ['chargeback', { pending: 'badge-wait', succeeded: 'badge-good', failed: '' }],
] as const)('a %s', (kind, tones) => {
  it.each(Object.entries(tones))('that is %s has the color “%s”', (status, tone) => {
    expect(refundLook(aRefund({ kind, status: status as Refund['status'] })).tone).toBe(tone);
  });
});

it.each([
  [{ kind: 'chargeback', status: 'pending' }, 'Disputed payment', 'With your bank'],
  [{ kind: 'chargeback', status: 'succeeded' }, 'Disputed payment', 'Given back'],
  [{ kind: 'chargeback', status: 'failed', given_up: true }, 'Disputed payment', 'Closed'],
  [{ kind: 'cancellation', status: 'rejected' }, 'Cancellation', 'Declined'],
  [{ kind: 'cancellation', status: 'failed', given_up: true }, 'Cancellation', 'Closed'],
  [{ kind: 'refund', status: 'failed', given_up: true }, 'Refund', 'Closed'],
  [{ kind: 'refund', status: 'rejected' }, 'Refund', 'Closed'],
] as const)('calls %j “%s: %s”', (fields, title, label) => {
  const refund = aRefund(fields);
  expect([refundTitle(refund), refundLook(refund).label]).toEqual([title, label]);
});

it('has no color for what support settled in another way', () => {
  expect(refundLook(aRefund({ status: 'failed', given_up: true })).tone).toBe('');
});

it('says of a chargeback what the bank decided, also when the shop gave up on it', () => {
  const text = (status: Refund['status']) => refundLook(aRefund({ kind: 'chargeback', status, given_up: true })).text;
  expect(text('pending')).toContain('Your bank has taken the money back');
  expect(text('succeeded')).toContain('given the money back to you');
  expect(text('failed')).toContain('the payment stands');
});

it('says that canceled items will not ship while their refund is on its way', () => {
  expect(refundLook(aRefund({ status: 'pending', cancels_units: true })).text).toContain('these items will not ship');
  expect(refundLook(aRefund({ status: 'pending' })).text).not.toContain('ship');
});
