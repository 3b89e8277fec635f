import { describe, expect, it } from 'vitest';
import { order as orderContract } from '../../../api/contracts/orders.ts';
import { refund as refundContract } from '../../../api/contracts/refunds.ts';
import type { Refund } from './contracts.ts';
import {
  canceledText,
  headlineOf,
  ORDER_LOOKS,
  paidAnotherWay,
  refundLook,
  refundTitle,
  withdrawText,
} from './order-words.ts';
import { anOrder, aRefund } from './testing.ts';

/** Internal names that mean nothing to a shopper. */
const INTERNAL_NAMES = /_|under review|awaiting|approval|fulfill/i;

describe.each(orderContract.shape.status.options)('an order that is %s', (status) => {
  it('has a badge and a headline in plain English', () => {
    const { title, text } = headlineOf(anOrder({ status }), []);
    for (const words of [ORDER_LOOKS[status].label, title]) expect(words).toMatch(/^[A-Z]/);
    expect(`${ORDER_LOOKS[status].label} ${title} ${text}`).not.toMatch(INTERNAL_NAMES);
    if (status !== 'pending') expect(text).toMatch(/[.]$/);
  });
});

describe.each(refundContract.shape.kind.options)('a %s', (kind) => {
  it.each(refundContract.shape.status.options)('that is %s has a name, a badge, and a description', (status) => {
    for (const fields of [{}, { cancels_units: true }, { cancels_units: true, given_up: true }]) {
      const refund = aRefund({ kind, status, ...fields });
      const { label, text } = refundLook(refund);
      const title = refundTitle(refund);
      for (const words of [title, label, text]) expect(words).toMatch(/^[A-Z]/);
      expect(`${title} ${label} ${text}`).not.toMatch(INTERNAL_NAMES);
    }
  });
});

it('states that canceled items won’t ship, even while the request is reviewed', () => {
  const text = (fields: Parameters<typeof aRefund>[0]) => refundLook(aRefund({ cancels_units: true, ...fields })).text;
  const inReview = 'We’re reviewing your request. These items won’t ship in the meantime.';
  expect(text({ status: 'awaiting_approval' })).toBe(inReview);
  expect(text({ status: 'awaiting_approval', kind: 'cancellation' })).toBe(inReview);
  expect(text({ status: 'awaiting_approval', cancels_units: false })).toBe('We’re reviewing this refund.');
  expect(text({ status: 'succeeded' })).toContain('won’t ship');
  expect(text({ status: 'failed' })).toContain('you don’t need to do anything');
  expect(text({ status: 'failed', given_up: true })).toContain('resolved this refund another way');
  expect(refundTitle(aRefund({ cancels_units: true }))).toBe('Canceled items');
  expect(refundTitle(aRefund({ status: 'awaiting_return' }))).toBe('Return');
});

it('shows how many units of an item are canceled', () => {
  expect(canceledText(2, { canceled: 1, pending: 0 })).toBe('1 of 2 canceled');
  expect(canceledText(2, { canceled: 0, pending: 1 })).toBe('1 being canceled');
  expect(canceledText(3, { canceled: 1, pending: 1 })).toBe('1 of 3 canceled · 1 being canceled');
  expect(canceledText(2, { canceled: 2, pending: 0 })).toBe('Canceled');
  expect(canceledText(1, { canceled: 0, pending: 1 })).toBe('Being canceled');
});

it('distinguishes an order under review from a pending cancellation', () => {
  expect(headlineOf(anOrder({ status: 'under_review' }), []).title).toBe('We’re reviewing your order');
  expect(headlineOf(anOrder({ status: 'under_review', cancellation_waits: true }), []).title).toBe(
    'We’re reviewing your cancellation',
  );
});

it('shows the refund of a canceled order', () => {
  const words = (order: Parameters<typeof anOrder>[0], ...refunds: Parameters<typeof aRefund>[0][]) =>
    headlineOf(anOrder({ status: 'canceled', ...order }), refunds.map(aRefund)).text;
  expect(words({ captured_amount: 0, paid_at: null })).toContain('you haven’t been charged.');
  expect(words({}, { status: 'pending' })).toBe('We’re refunding your full payment to your card.');
  expect(words({ refunded_amount: 49 }, {})).toBe('We refunded your full payment to your card.');
  expect(words({ paid_at: null }, { status: 'pending' })).toBe(
    'Your payment arrived after your order had closed. We’re refunding your full payment to your card.',
  );
  expect(words({}, { status: 'failed' })).toContain('Our support team is working on it');
});

it('does not say that money went to the card when support paid it another way', () => {
  const text = (order: Parameters<typeof anOrder>[0]) =>
    headlineOf(anOrder(order), [aRefund({ amount: 40 }), aRefund({ amount: 9, status: 'failed', given_up: true })])
      .text;
  expect(text({ status: 'canceled', refunded_amount: 40 })).toBe('We refunded your full payment.');
  expect(text({ status: 'canceled', refunded_amount: 39 })).toContain('We’re refunding your full payment');
  expect(text({ status: 'refunded' })).toBe('We refunded your full payment.');
  expect(text({ status: 'partially_refunded' })).toMatch(/^We refunded part of your payment\. /);
  const lostDispute = [aRefund({ kind: 'chargeback', status: 'failed' })];
  expect(headlineOf(anOrder({ status: 'canceled', refunded_amount: 49 }), lostDispute).text).toBe(
    'We refunded your full payment to your card.',
  );
});

it('adds up what support paid another way', () => {
  const paid = [10.1, 0.2].map((amount) => aRefund({ amount, status: 'failed', given_up: true }));
  expect(paidAnotherWay([...paid, aRefund({ amount: 5 })], 'usd')).toBe(10.3);
});

it('has a distinct headline for each status', () => {
  const titles = orderContract.shape.status.options.map((status) => headlineOf(anOrder({ status }), []).title);
  expect(new Set(titles).size).toBe(titles.length);
  expect(headlineOf(anOrder({ status: 'pending' }), []).text).toBe('');
});

it('thanks a shopper who has just paid, but not one who returns later', () => {
  const title = (fresh?: boolean) => headlineOf(anOrder({ status: 'paid' }), [], fresh).title;
  expect([title(true), title(false), title()]).toEqual([
    'Thank you for your order',
    'Your order is confirmed',
    'Your order is confirmed',
  ]);
});

it('explains a cancellation under review', () => {
  const { text } = headlineOf(anOrder({ status: 'under_review', cancellation_waits: true }), []);
  expect(text).toContain('Your order won’t ship in the meantime.');
  expect(text).toContain('we’ll refund the remaining balance of your payment');
});

it('mentions support when one of several refunds failed', () => {
  const refunds = [aRefund({ status: 'succeeded' }), aRefund({ status: 'failed' })];
  expect(headlineOf(anOrder({ status: 'canceled' }), refunds).text).toContain('Our support team is working on it');
});

it.each([
  ['badge-wait', ['pending', 'under_review', 'partially_refunded']],
  ['badge-good', ['paid', 'partially_shipped', 'shipped', 'delivered']],
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
  [{ kind: 'chargeback', status: 'succeeded' }, 'Disputed payment', 'Refunded'],
  [{ kind: 'chargeback', status: 'failed', given_up: true }, 'Disputed payment', 'Closed'],
  [{ kind: 'cancellation', status: 'rejected' }, 'Cancellation', 'Declined'],
  [{ kind: 'cancellation', status: 'failed', given_up: true }, 'Cancellation', 'Closed'],
  [{ kind: 'refund', status: 'failed', given_up: true }, 'Refund', 'Closed'],
  [{ kind: 'refund', status: 'rejected' }, 'Refund', 'Closed'],
] as const)('calls %j “%s: %s”', (fields, title, label) => {
  const refund = aRefund(fields);
  expect([refundTitle(refund), refundLook(refund).label]).toEqual([title, label]);
});

it('says what withdrawing a request means', () => {
  expect(withdrawText({ kind: 'cancellation', status: 'awaiting_approval' })).toContain('processed as planned');
  expect(withdrawText({ kind: 'refund', status: 'awaiting_return' })).toContain('You keep the items');
  expect(withdrawText({ kind: 'refund', status: 'awaiting_approval' })).toContain('will ship with your order');
  expect(refundLook(aRefund({ kind: 'cancellation', status: 'withdrawn' })).text).toContain('processed as planned');
});

it('has no color for a refund that support resolved another way', () => {
  expect(refundLook(aRefund({ status: 'failed', given_up: true })).tone).toBe('');
});

it('shows the bank’s decision on a chargeback, even when the shop gave up on it', () => {
  const text = (status: Refund['status']) => refundLook(aRefund({ kind: 'chargeback', status, given_up: true })).text;
  expect(text('pending')).toContain('Your bank reversed this payment');
  expect(text('succeeded')).toContain('refunded this payment to you');
  expect(text('failed')).toContain('the payment stands');
});

it('states that canceled items won’t ship while their refund is pending', () => {
  expect(refundLook(aRefund({ status: 'pending', cancels_units: true })).text).toContain('These items won’t ship');
  expect(refundLook(aRefund({ status: 'pending' })).text).not.toContain('ship');
});
