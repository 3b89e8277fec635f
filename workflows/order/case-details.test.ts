/** The details of an order while a chargeback or an inquiry is open, and their line about the reservation. */
import { describe, expect, it, vi } from 'vitest';
import type { OrderRecord } from '../../activities/orders/case-reader.ts';
import type { OrderFacts } from '../../activities/orders/order-facts.ts';
import { statusOfPaid } from '../../domain/order-state.ts';
import { refundFacts } from '../../tests/support/refund-facts.ts';
import type { OrderCase } from './case.ts';
import { describeOrder } from './case-details.ts';

// Links contain the namespace, which is available only inside a workflow.
vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  workflowInfo: () => ({ namespace: 'default' }),
}));

const LINES = [{ productId: 'p1', sku: 'MUG-1', name: 'Stoneware mug', quantity: 2, unitPriceCents: 1250 }];
type Refund = OrderRecord['refunds'][number];

/** The record of a chargeback, or of a refund made in the Stripe Dashboard. */
const refundOf = (change: Partial<Refund>): Refund =>
  refundFacts({ requestedBy: 'stripe', stripeRefundId: 'du_1', ...change });

interface Situation {
  order?: Partial<OrderFacts>;
  refunds?: Refund[];
  disputes?: OrderRecord['disputes'];
  /** The refund of a payment that arrived too late, if this run of the workflow started it. */
  refundId?: string;
}

/** @returns the paragraphs of the details */
function pageOf({ order: change, refunds = [], disputes = [], refundId }: Situation): string[] {
  const order: OrderFacts = {
    orderId: 'o1',
    number: '482-913-077',
    customerId: null,
    reservationId: 'v1',
    status: 'paid',
    fulfillment: 'unfulfilled',
    totalCents: 2500,
    capturedCents: 2500,
    refundedCents: 0,
    currency: 'usd',
    paymentIntentId: 'pi_1',
    expiresAt: '2026-11-01T10:10:00.000Z',
    createdAt: '2026-11-01T10:00:00.000Z',
    isExtended: false,
    lines: LINES,
    shipped: [],
    ...change,
  };
  const record: OrderRecord = {
    order,
    customer: {
      userId: null,
      email: null,
      shipping_address: { street: '1 Main Street', city: 'Portland', postal_code: '97201', country: 'US' },
    },
    shipments: [],
    emailHash: null,
    reviewReason: null,
    refunds,
    isCancelAboveLimit: false,
    packing: [],
    previousContacts: [],
    disputes,
    history: [],
    earlierEvents: 0,
    paymentUrl: null,
    closesAt: null,
  };
  const orderCase = {
    orderId: 'o1',
    facts: order,
    record,
    refundId,
    settled: 'paid',
    stuck: {},
    recent: record,
    inFlightChecks: 0,
  };
  return describeOrder(orderCase as unknown as OrderCase).split('\n\n');
}

/** Renders an order of $25.00 of which the bank disputes `amountCents`. */
function disputed(status: string, amountCents: number, fulfillment: OrderFacts['fulfillment'] = 'unfulfilled'): string {
  const takesMoney = !status.startsWith('warning_');
  const cancelsUnits = takesMoney && amountCents === 2500 && fulfillment === 'unfulfilled';
  const lines = cancelsUnits ? [{ productId: 'p1', quantity: 2, name: 'Stoneware mug' }] : [];
  const chargeback = refundOf({ requestId: 'du_1', kind: 'chargeback', amountCents, cancelsUnits, lines });
  const refundedCents = takesMoney ? amountCents : 0;
  return pageOf({
    order: {
      fulfillment,
      refundedCents,
      status: statusOfPaid({ fulfillment, capturedCents: 2500, refundedCents }),
    },
    refunds: takesMoney ? [chargeback] : [],
    disputes: [
      {
        disputeId: 'du_1',
        amountCents,
        reason: 'fraudulent',
        status,
        evidenceDueBy: null,
        hasEvidence: false,
        submissions: 0,
      },
    ],
  }).join('\n\n');
}

describe.each(['needs_response', 'under_review'])('a chargeback that is %s', (status) => {
  it('of part of the payment blocks shipping, and does not say that the order is ready to ship', () => {
    const page = disputed(status, 500);
    expect(page).toContain('**Chargeback of $5.00**');
    expect(page).toContain('They can’t ship until the bank decides');
    expect(page).toContain('**Do not ship yet.** The bank has not decided the chargeback yet.');
    expect(page).not.toContain('Ready to ship');
    expect(page).not.toContain('only if the chargeback is won');
  });

  it('of the whole payment says that the items ship only if it is won, and not that the payment was refunded', () => {
    const page = disputed(status, 2500);
    expect(page).toContain('They ship only if the chargeback is won');
    expect(page).not.toContain('was refunded or charged back');
    expect(page).not.toContain('Ready to ship');
  });

  it('of a shipped order says that both the items and the money can be lost', () => {
    expect(disputed(status, 500, 'shipped')).toContain(
      'The items have shipped: a lost chargeback loses both the items and the money.',
    );
  });
});

describe.each(['warning_needs_response', 'warning_under_review'])('an inquiry that is %s', (status) => {
  it('does not block shipping', () => {
    const page = disputed(status, 2500);
    expect(page).toContain('**Bank inquiry about $25.00**');
    expect(page).toContain('No money has moved.');
    expect(page).toContain('Paid. Ready to ship.');
    expect(page).not.toContain('only if the chargeback is won');
    expect(page).not.toContain('Do not ship');
  });
});

it('says that an order can ship after a partial chargeback was lost', () => {
  const disputes = [
    {
      disputeId: 'du_1',
      amountCents: 500,
      reason: 'fraudulent',
      status: 'lost',
      evidenceDueBy: null,
      hasEvidence: false,
      submissions: 0,
    },
  ];
  const refunds = [refundOf({ requestId: 'du_1', kind: 'chargeback', amountCents: 500, status: 'succeeded' })];
  const page = pageOf({ order: { status: 'partially_refunded', refundedCents: 500 }, refunds, disputes });
  expect(page.slice(1, 3)).toEqual([
    'The chargeback of $5.00 was lost: the customer has the money. Do not refund it again.',
    'Paid and partially refunded. Ready to ship.',
  ]);
});

it('says which refund blocks shipping', () => {
  const refunds = [refundOf({ cancelsUnits: true, lines: [{ productId: 'p1', quantity: 1, name: 'Stoneware mug' }] })];
  expect(pageOf({ refunds })[1]).toContain('**Do not ship yet.** A refund of 1 × “Stoneware mug” is unfinished');
});

describe('the reservation', () => {
  const lateRefund = refundOf({ requestId: 'paid-too-late', requestedBy: 'system', kind: 'refund' });
  const canceled = { status: 'canceled' as const };
  const ITEMS = refundOf({ requestedBy: 'ui:Anna', status: 'succeeded', cancelsUnits: true });
  const ONE = [{ productId: 'p1', quantity: 1, name: 'Stoneware mug' }];
  it.each([
    ['released when nothing was paid', { order: { ...canceled, capturedCents: 0 } }, 'released'],
    ['released when it expired', { order: { status: 'expired' as const, capturedCents: 0 } }, 'released'],
    ['released when the payment arrived too late', { order: canceled, refundId: 'r1' }, 'released'],
    [
      'released when only the order’s records show a late payment',
      { order: canceled, refunds: [lateRefund] },
      'released',
    ],
    ['sold, then returned to stock when paid and canceled', { order: canceled }, 'sold, then returned to stock'],
    [
      'sold, then returned to stock when a shopper’s request has the same ID as a late refund',
      { order: canceled, refunds: [{ ...lateRefund, requestedBy: 'guest' }] },
      'sold, then returned to stock',
    ],
    ['sold when paid', {}, 'sold'],
    ['sold when a refund has not restocked its items', { refunds: [{ ...ITEMS, lines: ONE }] }, 'sold'],
    [
      'sold, then returned to stock in part',
      { refunds: [{ ...ITEMS, lines: ONE, isRestocked: true }] },
      'sold, then 1 of 2 items returned to stock',
    ],
    [
      'sold, then returned to stock after refunds of all items',
      {
        refunds: [
          { ...ITEMS, lines: ONE, isRestocked: true },
          { ...ITEMS, lines: ONE, isRestocked: true },
        ],
      },
      'sold, then returned to stock',
    ],
  ] satisfies [string, Situation, string][])('is %s', (_, situation, text) => {
    const line = pageOf(situation)
      .join('\n')
      .split('\n')
      .find((each) => each.startsWith('- Reservation: '))!;
    expect(line.slice(line.lastIndexOf('), ') + 3)).toBe(text);
  });
});

it('every item of a large order is in its packing list', () => {
  const lines = Array.from({ length: 50 }, (_, index) => ({
    productId: `p${index}`,
    sku: `SKU-${index}`,
    name: `Item ${index}`,
    quantity: 1,
    unitPriceCents: 50,
  }));
  const page = pageOf({ order: { lines } }).join('\n');
  for (const { sku } of lines) expect(page).toContain(`| ${sku} |`);
});
