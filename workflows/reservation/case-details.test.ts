/** The details of a reservation workflow. */
import { expect, it } from 'vitest';
import { describeReservation, type ReservationFacts } from './case-details.ts';
import type { ReservationResult } from './messages.ts';

const RESERVED: ReservationResult = {
  outcome: 'reserved',
  requested: [],
  currency: 'usd',
  expiresAt: '2026-11-01T10:00:00.000Z',
  lines: [{ productId: 'p1', sku: 'MUG-1', name: 'Mug | blue', imageUrl: '', quantity: 2, unitPriceCents: 1250 }],
};
const ITEMS = '| Item | SKU | Quantity | Price |\n| --- | --- | --- | --- |\n| Mug \\| blue | MUG-1 | 2 | $12.50 |';
const STUCK = {
  since: '2026-11-02T08:30:00.000Z',
  what: 'The reservation could not be ended',
  why: 'It said *no*.',
  tries: 3,
  isRefused: false,
};

/** @returns the paragraphs of the details, without the heading */
function pageOf(facts: Partial<ReservationFacts>): string[] {
  const page = describeReservation({
    reservationId: 'v1',
    result: undefined,
    expiresAt: undefined,
    outcome: undefined,
    awaitsPayment: false,
    isExtended: false,
    stopped: undefined,
    ...facts,
  });
  const [heading, ...parts] = page.split('\n\n');
  expect(heading).toBe('### Reservation v1');
  return parts;
}

it('an open reservation shows when it expires, and the available updates', () => {
  const rest = [
    '**What you can do now** (Send an Update): `extendReservation` (once), `release` (only before an order is placed)',
    ITEMS,
  ];
  expect(pageOf({ result: RESERVED })).toEqual([
    'Reserved until **2026-11-01 10:00 UTC**. If the order is not paid by then, the items return to stock.',
    ...rest,
  ]);
  expect(pageOf({ result: RESERVED, expiresAt: '2026-11-01T10:15:00.000Z' })[0]).toContain('**2026-11-01 10:15 UTC**');
});

it('a reservation that was extended is not offered another extension', () => {
  expect(pageOf({ result: RESERVED, isExtended: true })[1]).toBe(
    '**What you can do now** (Send an Update): `release` (only before an order is placed)',
  );
});

it('a reservation whose time has passed while its order may be paid says so', () => {
  expect(pageOf({ result: RESERVED, awaitsPayment: true })).toEqual([
    '**The time to pay is over, but a payment may be in progress.** The items stay reserved until Stripe confirms or cancels the payment. Open the order to see its status.',
    ITEMS,
  ]);
});

it.each([
  ['not_reserved', 'Nothing was reserved.'],
  ['committed', 'Sold: the order was paid.'],
  ['released', 'Released: the items returned to stock.'],
  ['expired', 'Expired: the items returned to stock.'],
] as const)('an ended reservation shows its outcome: %s', (outcome, expected) => {
  expect(pageOf({ result: RESERVED, awaitsPayment: true, outcome })[0]).toBe(expected);
});

it('a stopped reservation says since when and why', () => {
  expect(pageOf({ stopped: STUCK })).toEqual([
    '**Stopped since 2026-11-02 08:30 UTC**: The reservation could not be ended. It said \\*no\\*.',
    'It is retried automatically. Once the cause is fixed, send the update `retry` to retry now.',
  ]);
});

it('a reservation that was not made says why', () => {
  const requested: ReservationResult['requested'] = [];
  const partsOf = (result: ReservationResult) => pageOf({ result, outcome: 'not_reserved' }).slice(1);
  expect(partsOf({ outcome: 'existing', requested, reservationId: 'v0' })).toEqual([
    'The customer kept their existing reservation v0.',
  ]);
  expect(partsOf({ outcome: 'limited', requested, limit: 'guest_units', max: 20, message: 'Too many.' })).toEqual([
    'Refused: Too many.',
  ]);
  const lines = [
    { productId: 'p1', name: 'Mug | blue', requested: 3, available: 1 },
    { productId: 'p2', name: 'Bowl', requested: 1, available: 0 },
  ];
  expect(partsOf({ outcome: 'out_of_stock', requested, lines })).toEqual([
    '- Mug \\| blue: 3 requested, 1 available\n- Bowl: 1 requested, 0 available',
  ]);
  expect(partsOf({ outcome: 'ended', requested })).toEqual([]);
});
