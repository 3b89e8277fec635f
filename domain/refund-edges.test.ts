/** Boundary cases of refunds: the last request that is accepted, the first that is refused, and the message of the refusal. */
import { describe, expect, it } from 'vitest';
import { refundRecord } from '../tests/support/refund-record.ts';
import {
  asksFor,
  decideRefund,
  isWaiting,
  isWithdrawable,
  needsApproval,
  type RequestedPart,
  refusalOfResumed,
  replacedBy,
} from './refund.ts';
import { type RefundableOrder, type RefundRecord, refundableQuantities } from './refund-units.ts';

const MUGS = { productId: 'mug', name: 'Mug', quantity: 2, unitPriceCents: 300 };
const BOWL = { productId: 'bowl', name: 'Bowl', quantity: 1, unitPriceCents: 400 };

function orderOf(order: Partial<RefundableOrder> = {}): RefundableOrder {
  return { status: 'paid', hasShipped: false, shipped: [], capturedCents: 1000, lines: [MUGS, BOWL], ...order };
}

const SHIPPED = orderOf({ status: 'shipped', hasShipped: true });
const line = (productId: string, quantity: number) => ({ productId, quantity });
const decide = (request: Partial<RequestedPart>, refunds: RefundRecord[] = [], order = orderOf()) =>
  decideRefund(order, refunds, { restock: false, ...request });
const refusal = (...asked: Parameters<typeof decide>) => {
  const decision = decide(...asked);
  return decision.outcome === 'accepted' ? undefined : `${decision.code}: ${decision.message}`;
};

it('only refunds that await approval or a return are undecided', () => {
  const statuses = ['awaiting_return', 'awaiting_approval', 'pending', 'succeeded', 'failed', 'rejected'] as const;
  expect(statuses.filter((status) => isWaiting({ status }))).toEqual(['awaiting_return', 'awaiting_approval']);
});

describe('a request that its shopper can withdraw', () => {
  const own = {
    status: 'awaiting_return',
    cancelsUnits: false,
    lines: [line('mug', 1)],
    requestedBy: 'guest',
  } as const;

  it('awaits its return, or approval before its items shipped', () => {
    expect(isWithdrawable(own)).toBe(true);
    expect(isWithdrawable({ ...own, status: 'awaiting_approval', cancelsUnits: true })).toBe(true);
    expect(isWithdrawable({ ...own, status: 'awaiting_approval', lines: [] })).toBe(true);
    expect(isWithdrawable({ ...own, requestedBy: 'customer:5f1d3c1e' })).toBe(true);
  });

  it('has not been received, sent, or ended, and is not from staff', () => {
    expect(isWithdrawable({ ...own, status: 'awaiting_approval' })).toBe(false);
    for (const status of ['pending', 'succeeded', 'failed', 'rejected', 'withdrawn'] as const)
      expect(isWithdrawable({ ...own, status, cancelsUnits: true }), status).toBe(false);
    for (const requestedBy of ['ui:Anna', 'support:5f1d3c1e', 'admin:5f1d3c1e'])
      expect(isWithdrawable({ ...own, requestedBy }), requestedBy).toBe(false);
  });
});

describe('a refund of lines', () => {
  it('is refused with the problem', () => {
    expect(refusal({ lines: [] })).toBe(
      'invalid_request: Specify at least one line, or send "all": true to refund everything that remains.',
    );
    for (const quantity of [0, -1, 0.5, Number.NaN])
      expect(refusal({ lines: [line('mug', quantity)] })).toBe(
        'invalid_request: Each line needs a quantity of 1 or more.',
      );
    expect(refusal({ lines: [line('cup', 1)] })).toBe('invalid_request: Product cup is not in this order.');
    expect(refusal({ lines: [line('mug', 3)] })).toBe(
      'invalid_request: Only 2 of “Mug” can still be refunded, but 3 were requested.',
    );
    expect(refusal({ lines: [line('bowl', 1)] }, [refundRecord({ lines: [line('bowl', 1)] })])).toBe(
      'invalid_request: No units of “Bowl” can still be refunded.',
    );
  });

  it('costs the price of the lines or less, and no more than the remaining charge', () => {
    const lines = [line('mug', 2)];
    expect(decide({ lines }, [], SHIPPED)).toMatchObject({
      outcome: 'accepted',
      amountCents: 600,
      lines,
      cancelsUnits: false,
    });
    expect(decide({ lines, amountCents: 600 }, [], SHIPPED)).toMatchObject({ outcome: 'accepted' });
    expect(refusal({ lines, amountCents: 601 }, [], SHIPPED)).toBe(
      'refund_exceeds_charge: The amount is more than the price of these lines. Omit it or enter a lower amount.',
    );
    expect(decide({ lines }, [refundRecord({ amountCents: 400 })], SHIPPED)).toMatchObject({
      outcome: 'accepted',
      amountCents: 600,
    });
    expect(refusal({ lines }, [refundRecord({ amountCents: 401 })], SHIPPED)).toBe(
      'refund_exceeds_charge: These lines cost more than the remaining charge. Enter a lower amount.',
    );
  });

  it('adds up a product that is named twice', () => {
    const lines = [line('mug', 1), line('mug', 1)];
    expect(decide({ lines }, [], SHIPPED)).toMatchObject({ amountCents: 600, lines: [line('mug', 2)] });
  });

  it('may include all of the money only with all of the units', () => {
    const earlier = [refundRecord({ amountCents: 400 })];
    expect(refusal({ lines: [line('mug', 2)] }, earlier)).toBe(
      'refund_exceeds_charge: This is the entire remaining charge, but 1 × “Bowl” would still ship unpaid. Cancel the order or enter a lower amount.',
    );
    expect(decide({ lines: [line('mug', 2)], amountCents: 599 }, earlier)).toMatchObject({ outcome: 'accepted' });
    expect(decide({ lines: [line('mug', 2), line('bowl', 1)] })).toMatchObject({
      outcome: 'accepted',
      amountCents: 1000,
      cancelsUnits: true,
    });
  });
});

describe('a refund without lines', () => {
  it('of everything includes exactly the remaining units', () => {
    expect(decide({})).toMatchObject({
      amountCents: 1000,
      lines: [line('mug', 2), line('bowl', 1)],
      cancelsUnits: true,
      restock: true,
    });
    const earlier = [refundRecord({ amountCents: 400, lines: [line('bowl', 1)] })];
    expect(decide({}, earlier)).toMatchObject({ amountCents: 600, lines: [line('mug', 2)] });
    expect(decide({}, earlier, SHIPPED)).toMatchObject({
      lines: [line('mug', 2)],
      cancelsUnits: false,
      restock: false,
    });
  });

  it('cancels and restocks nothing when no units remain', () => {
    const earlier = [refundRecord({ amountCents: 900, lines: [line('bowl', 1), line('mug', 2)] })];
    expect(decide({ restock: true }, earlier)).toEqual({
      outcome: 'accepted',
      amountCents: 100,
      lines: [],
      cancelsUnits: false,
      restock: false,
    });
  });

  it('is refused when nothing, or less than its amount, remains', () => {
    const nothing = 'refund_exceeds_charge: The full charge is already refunded or has a refund in progress.';
    expect(refusal({}, [refundRecord({ amountCents: 1000 })])).toBe(nothing);
    expect(refusal({ amountCents: 1 }, [refundRecord({ amountCents: 1000 })])).toBe(nothing);
    expect(refusal({ amountCents: 701 }, [refundRecord()])).toBe(
      'refund_exceeds_charge: The refund is more than the remaining charge.',
    );
    expect(refusal({ amountCents: 700 }, [refundRecord()])).toBeUndefined();
  });

  it('leaves the amount owed for restocked items, unless it refunds everything', () => {
    const owed = [refundRecord({ status: 'failed', lines: [line('mug', 1)], cancelsUnits: true, isRestocked: true })];
    expect(refusal({ amountCents: 701 }, owed)).toBe(
      'refund_exceeds_charge: The refund is more than the remaining charge, part of which is reserved for a failed refund of restocked items. Retry the failed refund.',
    );
    expect(refusal({ amountCents: 700 }, owed)).toBeUndefined();
    expect(refusal({ amountCents: 1000 }, owed)).toBeUndefined();
    const lines = [line('mug', 1), line('bowl', 1)];
    expect(refusal({ lines, amountCents: 700 }, owed)).toBeUndefined();
    expect(refusal({ lines }, [{ ...owed[0]!, amountCents: 301 }])).toBe(
      'refund_exceeds_charge: These lines cost more than the remaining charge. Enter a lower amount.',
    );
  });

  it('by a shopper can’t be an amount alone', () => {
    expect(refusal({ isShopper: true, amountCents: 1 })).toBe(
      'invalid_request: Specify the items and quantities to refund. An amount alone is not accepted.',
    );
    expect(refusal({ isShopper: true })).toBeUndefined();
    expect(refusal({ isShopper: true, amountCents: 1, lines: [line('mug', 1)] })).toBeUndefined();
  });
});

describe('a request that is sent again', () => {
  const made = { amountCents: 600, lines: [line('mug', 2), line('bowl', 1)], reason: 'Broken' };

  it('matches whatever it omits, and in any order', () => {
    expect(asksFor({ reason: 'Broken' }, made)).toBe(true);
    expect(asksFor({ reason: 'Broken', amountCents: 600 }, made)).toBe(true);
    expect(asksFor({ reason: 'Broken', lines: [line('bowl', 1), line('mug', 1), line('mug', 1)] }, made)).toBe(true);
  });

  it('does not match with another reason, amount, or lines', () => {
    expect(asksFor({ reason: 'broken' }, made)).toBe(false);
    expect(asksFor({ reason: 'Broken', amountCents: 601 }, made)).toBe(false);
    expect(asksFor({ reason: 'Broken', lines: [line('mug', 2)] }, made)).toBe(false);
    // One unit less and one more must not cancel out.
    expect(asksFor({ reason: 'Broken', lines: [line('bowl', 1), line('mug', 4)] }, made)).toBe(false);
  });
});

describe('units', () => {
  it('of products outside of the order are ignored', () => {
    const left = refundableQuantities(orderOf(), [refundRecord({ lines: [line('cup', 1), line('mug', 1)] })]);
    expect([...left].map(([id, product]) => [id, product.unshipped])).toEqual([
      ['mug', 1],
      ['bowl', 1],
    ]);
  });
});

describe('the failed refunds that a new one replaces', () => {
  const failed = (refund: Partial<RefundRecord>) => refundRecord({ status: 'failed', ...refund });
  const made = (amountCents: number, lines = [] as { productId: string; quantity: number }[]) => ({
    amountCents,
    lines,
    cancelsUnits: true,
  });

  it('are those whose amount is no longer available, counted after the ones that remain', () => {
    const refunds = [failed({ amountCents: 300 }), failed({ amountCents: 300 }), failed({ amountCents: 200 })];
    expect(replacedBy(orderOf(), refunds, made(500))).toEqual([refunds[1]]);
    expect(replacedBy(orderOf(), refunds, made(200))).toEqual([]);
    expect(replacedBy(orderOf(), refunds, made(1000))).toEqual(refunds);
  });

  it('are those with a unit that is no longer available, whatever else they include', () => {
    const refunds = [failed({ amountCents: 1, lines: [line('mug', 1), line('bowl', 1)] })];
    expect(replacedBy(orderOf(), refunds, made(1, [line('bowl', 1)]))).toEqual(refunds);
    expect(replacedBy(orderOf(), refunds, made(1, [line('mug', 1), line('cup', 1)]))).toEqual([]);
    const foreign = [failed({ amountCents: 1, lines: [line('cup', 1)] })];
    expect(replacedBy(orderOf(), foreign, made(1))).toEqual(foreign);
  });

  it('are not those whose units are available, beside one with restocked units', () => {
    const lines = [line('mug', 1)];
    const refunds = [failed({ lines, cancelsUnits: true, isRestocked: true }), failed({ lines })];
    expect(replacedBy(orderOf(), refunds, made(1))).toEqual([]);
  });

  it('count the units of those that remain', () => {
    const refunds = [
      failed({ amountCents: 1, lines: [line('mug', 1)] }),
      failed({ amountCents: 1, lines: [line('mug', 2)] }),
    ];
    expect(replacedBy(orderOf(), refunds, made(1))).toEqual([refunds[1]]);
  });
});

describe('a refund that is resumed', () => {
  const money = (cents: number) => `${cents} cents`;
  const resumed = refundRecord({ status: 'failed', amountCents: 300, lines: [line('mug', 2)], cancelsUnits: true });

  it('can be made as long as its amount and its units are available', () => {
    expect(refusalOfResumed(orderOf(), [refundRecord({ amountCents: 700 })], resumed, money)).toBeUndefined();
    expect(refusalOfResumed(orderOf(), [refundRecord({ amountCents: 701 })], resumed, money)).toBe(
      'Only 299 cents of the charge remains because other refunds were made in the meantime. Reject or withdraw this refund and request a new one with a lower amount.',
    );
  });

  it('is refused with the product of which too few units are left', () => {
    const rest = 'can still be refunded, but this refund is for 2. Reject or withdraw this refund.';
    const others = (quantity: number) => [refundRecord({ amountCents: 1, lines: [line('mug', quantity)] })];
    expect(refusalOfResumed(orderOf(), others(1), resumed, money)).toBe(`Only 1 of “Mug” ${rest}`);
    expect(refusalOfResumed(orderOf(), others(3), resumed, money)).toBe(`Only 0 of “Mug” ${rest}`);
    expect(refusalOfResumed(orderOf(), [], { ...resumed, lines: [line('cup', 2)] }, money)).toBe(
      `Only 0 of “cup” ${rest}`,
    );
  });

  it('cancels no shipped units, unless they are restocked', () => {
    expect(refusalOfResumed(SHIPPED, [], resumed, money)).toBe(
      'Its items have shipped in the meantime. Reject or withdraw this refund and request a return instead.',
    );
    expect(refusalOfResumed(SHIPPED, [], { ...resumed, isRestocked: true }, money)).toBeUndefined();
    expect(refusalOfResumed(SHIPPED, [], { ...resumed, cancelsUnits: false }, money)).toBeUndefined();
  });
});

describe('a limit', () => {
  const limits = { customerCents: 100, supportCents: 200, leadCents: 300 };
  const slice = (status: RefundRecord['status'], more: Partial<RefundRecord & { approved: boolean }> = {}) => ({
    ...refundRecord({ status, amountCents: 60 }),
    approved: false,
    ...more,
  });

  it('is exceeded by one minor unit more', () => {
    const needs = (role: Parameters<typeof needsApproval>[1], cents: number) => needsApproval(limits, role, [], cents);
    expect((['customer', 'support', 'support_lead', 'admin'] as const).map((role) => needs(role, 100))).toEqual(
      Array(4).fill(false),
    );
    expect([needs('customer', 101), needs('support', 200), needs('support', 201)]).toEqual([true, false, true]);
    expect([needs('support_lead', 300), needs('support_lead', 301), needs('admin', 301)]).toEqual([false, true, true]);
    expect(needs('system', 1_000_000)).toBe(false);
  });

  it.each(['awaiting_return', 'awaiting_approval', 'pending', 'succeeded'] as const)(
    'adds up several refunds, also while one is %s',
    (status) => {
      expect(needsApproval(limits, 'customer', [slice(status)], 40)).toBe(false);
      expect(needsApproval(limits, 'customer', [slice(status)], 41)).toBe(true);
    },
  );

  it('leaves out refunds that were approved, rejected, or failed', () => {
    const others = [slice('succeeded', { approved: true }), slice('rejected'), slice('failed')];
    expect(needsApproval(limits, 'customer', others, 100)).toBe(false);
    expect(needsApproval(limits, 'customer', [slice('failed', { isGivenUp: true })], 41)).toBe(true);
  });
});
