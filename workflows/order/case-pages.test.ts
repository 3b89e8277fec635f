/**
 * Complete details of orders as staff see them. `case-pages.md` records them; a commit that changes the text updates that file too
 * (`npm test -- workflows/order/case-pages -u`).
 */
import { expect, it, vi } from 'vitest';
import type { OrderRecord } from '../../activities/orders/case-reader.ts';
import type { OrderFacts } from '../../activities/orders/order-facts.ts';
import { refundFacts } from '../../tests/support/refund-facts.ts';
import type { OrderCase } from './case.ts';
import { describeOrder } from './case-details.ts';

// Links contain the namespace, which is available only inside a workflow.
vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  workflowInfo: () => ({ namespace: 'default' }),
}));

const ACCOUNT = '0b7f2b9e-5d1c-4a3e-9f60-2f1c8d7e6a55';
const ORDER: OrderFacts = {
  orderId: 'o1',
  number: '482-913-077',
  customerId: null,
  reservationId: 'v1',
  status: 'paid',
  fulfillment: 'unfulfilled',
  totalCents: 4000,
  capturedCents: 4000,
  refundedCents: 500,
  currency: 'usd',
  paymentIntentId: 'pi_1',
  expiresAt: '2026-11-01T10:10:00.000Z',
  createdAt: '2026-11-01T10:00:00.000Z',
  isExtended: false,
  lines: [
    { productId: 'p1', sku: 'MUG-1', name: 'Stoneware mug', quantity: 2, unitPriceCents: 1250 },
    { productId: 'p2', sku: 'BOWL-1', name: 'Bowl | blue', quantity: 1, unitPriceCents: 1500 },
  ],
  shipped: [],
};
type Refund = OrderRecord['refunds'][number];
const REFUND: Refund = refundFacts({
  requestId: 'ticket (1)',
  amountCents: 1250,
  lines: [
    { productId: 'p1', quantity: 1, name: 'Stoneware mug' },
    { productId: 'p2', quantity: 1, name: 'Bowl | blue' },
  ],
  reason: 'Broken *handle*',
  status: 'awaiting_approval',
  requestedBy: `customer:${ACCOUNT}`,
});
const RECORD: OrderRecord = {
  order: ORDER,
  customer: {
    userId: null,
    email: null,
    shipping_address: { street: '1 Main Street', city: 'Portland', postal_code: '97201', country: 'US' },
  },
  shipments: [],
  emailHash: null,
  reviewReason: null,
  refunds: [],
  isCancelAboveLimit: false,
  packing: [],
  previousContacts: [],
  disputes: [],
  history: [],
  earlierEvents: 0,
  paymentUrl: null,
  closesAt: null,
};
const CHARGEBACK: Refund = { ...REFUND, requestId: 'du_1', kind: 'chargeback', requestedBy: 'stripe' };
const parcel = (shipment: Partial<OrderRecord['shipments'][number]> = {}): OrderRecord['shipments'][number] => ({
  carrier: 'UPS',
  trackingNumber: '1Z9',
  shippedAt: '2026-11-03T10:00:00.000Z',
  deliveredAt: '2026-11-04T10:00:00.000Z',
  lines: [{ productId: 'p1', quantity: 1 }],
  ...shipment,
});
const packed = (productId: string, canceled: number, pending: number, bought = 2, shipped = 0) => ({
  productId,
  name: productId,
  bought,
  canceled,
  pending,
  shipped,
  toShip: bought - canceled - pending - shipped,
});
const dispute = (status: string, evidenceDueBy: string | null = null) => ({
  disputeId: 'du_1',
  amountCents: 4000,
  reason: 'product_not_received',
  status,
  evidenceDueBy,
  hasEvidence: false,
  submissions: 0,
});

interface Situation {
  order?: Partial<OrderFacts> | null;
  record?: Partial<OrderRecord> | null;
  orderCase?: object;
}

const SITUATIONS: Readonly<Record<string, Situation>> = {
  'before checkout': { order: null, record: null, orderCase: { settled: undefined } },
  'that was never placed': { order: null, record: null, orderCase: { outcome: 'not_begun' } },
  'just created, before its record is loaded': {
    order: { status: 'pending', capturedCents: 0, refundedCents: 0, paymentIntentId: null },
    record: null,
    orderCase: {
      settled: undefined,
      begun: {
        userId: ACCOUNT,
        email: 'ada@b.example',
        shipping_address: { name: 'Ada', street: '1 Main', state: 'OR' },
      },
    },
  },
  'that is awaiting payment, with its record': {
    order: { status: 'pending', capturedCents: 0 },
    record: {},
    orderCase: { settled: undefined },
  },
  'that is being closed': { order: { status: 'pending' }, orderCase: { settled: undefined, settling: true } },
  'with a requested cancellation': {
    order: { status: 'pending' },
    orderCase: { settled: undefined, cancelRequest: {} },
  },
  'with a stuck step': {
    orderCase: {
      stuck: {
        current: { since: '2026-11-02T08:30:00.000Z', what: 'Stripe did not answer', why: 'It said *no*.', tries: 3 },
      },
    },
  },
  'that is paid, with a payment page and a history': {
    record: {
      paymentUrl: 'https://stripe.example/pi_1',
      customer: {
        userId: ACCOUNT,
        email: 'ada@b.example',
        shipping_address: {
          name: 'Ada',
          street: '1 Main',
          street2: 'Flat 2',
          city: 'Portland',
          state: 'OR',
          postal_code: '97201',
          country: 'US',
        },
      },
      packing: [packed('p1', 0, 0), packed('p2', 0, 0, 1)],
      history: [
        {
          at: '2026-11-01T10:00:00.000Z',
          type: 'order_opened',
          message: 'Order placed.',
          actor: 'system',
          reason: null,
          key: null,
        },
        {
          at: '2026-11-01T10:01:00.000Z',
          type: 'review_ended',
          message: 'Released.',
          actor: `support_lead:${ACCOUNT}`,
          reason: 'All *fine*',
          key: null,
        },
      ],
    },
  },
  'with previous addresses': {
    record: {
      previousContacts: [
        {
          kind: 'address',
          value: { name: 'Ada', street: '1 | Main', city: 'Salem', postal_code: '97301', country: 'US' },
          actor: 'ui:Anna',
          at: '2026-11-01T11:05:00.000Z',
        },
        { kind: 'email', value: { email: 'ada_old@b.example' }, actor: 'ui:Bo', at: '2026-11-01T11:06:00.000Z' },
        { kind: 'email', value: { email: null }, actor: 'ui:Bo', at: '2026-11-01T11:07:00.000Z' },
      ],
    },
  },
  'with canceled items and items being refunded': {
    order: { status: 'partially_refunded' },
    record: { packing: [packed('p1', 1, 1), packed('p2', 0, 0, 1)] },
  },
  'of which a part has shipped': {
    order: {
      status: 'partially_shipped',
      fulfillment: 'partially_shipped',
      shipped: [{ productId: 'p1', quantity: 1 }],
    },
    record: { shipments: [parcel({ deliveredAt: null })], packing: [packed('p1', 0, 0, 2, 1), packed('p2', 0, 0, 1)] },
  },
  'that shipped in two parcels': {
    order: { status: 'shipped', fulfillment: 'shipped' },
    record: {
      shipments: [parcel(), parcel({ trackingNumber: '1Z8', deliveredAt: null })],
      packing: [packed('p1', 0, 0, 2, 2), packed('p2', 0, 0, 1, 1)],
    },
  },
  'with refunds of every kind': {
    order: { status: 'shipped', fulfillment: 'shipped' },
    record: {
      shipments: [parcel({ trackingNumber: '1Z--9', deliveredAt: null })],
      refunds: [
        REFUND,
        { ...REFUND, requestId: 'two', lines: [], status: 'succeeded', decidedBy: `admin:${ACCOUNT}` },
        { ...REFUND, requestId: 're_3', lines: [], requestedBy: 'stripe', status: 'failed' },
        {
          ...REFUND,
          requestId: 'du_4',
          lines: [],
          kind: 'chargeback',
          requestedBy: 'ui:Anna',
          status: 'failed',
          isGivenUp: true,
        },
      ],
    },
  },
  'whose cancellation needs a support lead': { orderCase: { isCancelAboveLimit: true } },
  'with an amount that was paid another way': {
    order: { status: 'partially_refunded', refundedCents: 500 },
    record: {
      refunds: [
        { ...REFUND, requestId: 'done', amountCents: 500, lines: [], status: 'succeeded' },
        { ...REFUND, requestId: 'given up', amountCents: 300, lines: [], status: 'failed', isGivenUp: true },
      ],
    },
  },
  'that was refunded, partly another way': {
    order: { status: 'refunded', refundedCents: 3500 },
    record: {
      refunds: [
        { ...REFUND, requestId: 'done', amountCents: 3500, lines: [], status: 'succeeded' },
        { ...REFUND, requestId: 'given up', amountCents: 500, lines: [], status: 'failed', isGivenUp: true },
      ],
    },
  },
  'with a refund that is being sent, and one at the bank': {
    order: { status: 'shipped', fulfillment: 'shipped' },
    record: {
      refunds: [
        { ...REFUND, status: 'pending' },
        { ...REFUND, requestId: 'two', amountCents: 500, status: 'pending', stripeRefundId: 're_1' },
      ],
    },
  },
  'with one item, whose refund awaits approval': {
    order: { lines: ORDER.lines.slice(0, 1) },
    record: {
      refunds: [{ ...REFUND, lines: [{ productId: 'p1', quantity: 2, name: 'Stoneware mug' }], cancelsUnits: true }],
    },
  },
  'that can’t ship yet': { record: { refunds: [{ ...REFUND, status: 'pending', cancelsUnits: true }] } },
  'under review, with a reason': {
    order: { status: 'under_review', fulfillment: 'under_review' },
    record: { reviewReason: 'Looks *odd*' },
  },
  'under review, without a reason': { order: { status: 'under_review', fulfillment: 'under_review' } },
  'that is delivered': {
    order: { status: 'delivered', fulfillment: 'delivered' },
    record: {
      closesAt: '2026-12-03T10:00:00.000Z',
      shipments: [parcel()],
    },
  },
  'that is delivered, without a known end of the return window': {
    order: { status: 'delivered', fulfillment: 'delivered' },
  },
  'that is refunded': { order: { status: 'refunded', refundedCents: 4000 } },
  'with a chargeback that needs a response': {
    order: { status: 'under_review', fulfillment: 'under_review' },
    record: { disputes: [dispute('needs_response', '2026-11-09T10:00:00.000Z')] },
  },
  'with a chargeback under review, after it shipped': {
    order: { status: 'shipped', fulfillment: 'shipped' },
    record: { disputes: [dispute('under_review')] },
  },
  'with a chargeback of the whole payment': {
    order: { status: 'refunded', refundedCents: 4000 },
    record: {
      disputes: [dispute('needs_response')],
      refunds: [
        { ...REFUND, requestId: 'other', status: 'succeeded' },
        {
          ...REFUND,
          requestId: 'du_1',
          kind: 'chargeback',
          requestedBy: 'stripe',
          status: 'pending',
          cancelsUnits: true,
        },
      ],
    },
  },
  'with a chargeback whose evidence is saved but not submitted': {
    record: { disputes: [{ ...dispute('needs_response', '2026-11-09T10:00:00.000Z'), hasEvidence: true }] },
  },
  'with a lost chargeback, after it shipped': {
    order: { status: 'refunded', fulfillment: 'shipped', refundedCents: 4000 },
    record: {
      disputes: [dispute('lost')],
      refunds: [{ ...CHARGEBACK, status: 'succeeded' }],
    },
  },
  'with a lost chargeback, whose workflow has completed': {
    order: { status: 'refunded', refundedCents: 4000 },
    record: {
      disputes: [dispute('lost')],
      refunds: [{ ...CHARGEBACK, status: 'succeeded', cancelsUnits: true }],
    },
    orderCase: { outcome: 'refunded' },
  },
  'with a closed inquiry and a prevented chargeback': {
    record: { disputes: [dispute('warning_closed'), { ...dispute('prevented'), disputeId: 'du_2' }] },
  },
  'with an inquiry that needs a response': {
    record: { disputes: [dispute('warning_needs_response', '2026-11-09T10:00:00.000Z')] },
  },
  'with an inquiry under review': { record: { disputes: [dispute('warning_under_review')] } },
  'with a chargeback that was won': {
    record: {
      disputes: [dispute('won')],
      refunds: [{ ...CHARGEBACK, amountCents: 4000, lines: [], status: 'failed' }],
    },
  },
  'whose payment arrived too late': { order: { status: 'canceled' }, orderCase: { refundId: 'r1' } },
  'whose payment arrived too late, according to its record': {
    order: { status: 'canceled' },
    record: { refunds: [{ ...REFUND, requestId: 'paid-too-late', requestedBy: 'system', status: 'succeeded' }] },
  },
  'whose payment arrived too late, before its record is loaded': {
    order: { status: 'canceled' },
    record: null,
    orderCase: { refundId: 'r1' },
  },
  'that was canceled, with a refund by the shop': {
    order: { status: 'canceled' },
    record: { refunds: [{ ...REFUND, requestId: 'cancellation', requestedBy: 'system', status: 'succeeded' }] },
  },
  'that was canceled, before its record is loaded': { order: { status: 'canceled' }, record: null },
  'that is paid, before its record is loaded': { record: null },
  'under review, before its record is loaded': {
    order: { status: 'under_review', fulfillment: 'under_review' },
    record: null,
  },
  'that is delivered, before its record is loaded': {
    order: { status: 'delivered', fulfillment: 'delivered' },
    record: null,
  },
  'with two refunds that await approval': {
    record: { refunds: [REFUND, { ...REFUND, requestId: 'two', amountCents: 500 }] },
  },
  'with two chargebacks': {
    record: {
      disputes: [
        { ...dispute('under_review'), amountCents: 1000 },
        { ...dispute('needs_response'), disputeId: 'du_2', amountCents: 1500 },
      ],
    },
  },
  'with a partial chargeback, after items were canceled': {
    order: { status: 'partially_refunded' },
    record: {
      disputes: [{ ...dispute('needs_response'), amountCents: 1000 }],
      refunds: [{ ...REFUND, requestId: 'other', status: 'succeeded', cancelsUnits: true }],
    },
  },
  'that is refunded and canceled, with a chargeback': {
    order: { status: 'canceled', refundedCents: 4000 },
    record: { disputes: [dispute('needs_response')] },
  },
  'that was canceled after it was paid': {
    order: { status: 'canceled' },
    record: { refunds: [{ ...REFUND, requestId: 'paid-too-late', status: 'succeeded' }] },
  },
  'whose refund failed after it had succeeded': {
    order: { status: 'canceled', refundedCents: 0 },
    record: {
      refunds: [
        {
          ...REFUND,
          requestId: 'c1',
          kind: 'cancellation',
          status: 'failed',
          failureReason: 'expired_or_canceled_card',
        },
      ],
    },
    orderCase: { outcome: 'canceled' },
  },
  'with a failed refund from the Stripe Dashboard that was made again': {
    order: { status: 'shipped', fulfillment: 'shipped' },
    record: {
      refunds: [
        { ...REFUND, requestId: 're_1', lines: [], requestedBy: 'stripe', status: 'failed' },
        { ...REFUND, requestId: 'again', status: 'pending', createdAt: '2026-11-02T10:00:00.000Z' },
        {
          ...REFUND,
          requestId: 're_2',
          requestedBy: 'stripe',
          status: 'pending',
          createdAt: '2026-11-02T10:00:00.000Z',
        },
      ],
    },
  },
  'that was canceled, and whose refund was paid another way': {
    order: { status: 'canceled', refundedCents: 0 },
    record: { refunds: [{ ...REFUND, amountCents: 4000, status: 'failed', isGivenUp: true }] },
  },
  'whose late payment could not be refunded': {
    order: { status: 'canceled', refundedCents: 0 },
    record: { refunds: [{ ...REFUND, requestId: 'paid-too-late', requestedBy: 'system', status: 'failed' }] },
  },
  'with a return that is expected': {
    order: { status: 'delivered', fulfillment: 'delivered' },
    record: { refunds: [{ ...REFUND, status: 'awaiting_return' }], closesAt: '2026-12-03T10:00:00.000Z' },
  },
  'with a cancellation that awaits approval': {
    order: { status: 'under_review', fulfillment: 'under_review' },
    record: {
      reviewReason: 'A cancellation is waiting for approval.',
      refunds: [{ ...REFUND, kind: 'cancellation', cancelsUnits: true }],
    },
  },
  'whose reservation was extended': {
    order: { status: 'pending', capturedCents: 0, refundedCents: 0, isExtended: true },
    orderCase: { settled: undefined },
  },
  'whose payment is in progress at the bank': {
    order: { status: 'pending', capturedCents: 0, refundedCents: 0 },
    orderCase: { settled: undefined, settling: true, inFlightChecks: 1 },
  },
  'whose payment could not be created': {
    order: { status: 'pending', capturedCents: 0, refundedCents: 0, paymentIntentId: null },
    orderCase: { settled: undefined, unpayableSince: '2026-11-01T10:01:00.000Z' },
  },
  'that was canceled before it was paid': {
    order: { status: 'canceled', capturedCents: 0, refundedCents: 0 },
    orderCase: { outcome: 'canceled' },
  },
  'that expired': {
    order: { status: 'expired', capturedCents: 0, refundedCents: 0 },
    orderCase: { outcome: 'expired', settled: 'expired' },
  },
  'whose workflow has completed, and that can be refunded': {
    order: { status: 'delivered', fulfillment: 'delivered' },
    orderCase: { outcome: 'delivered' },
  },
};

function pageOf({ order, record, orderCase }: Situation): string {
  const facts = order === null ? undefined : { ...ORDER, ...order };
  const read = record === null ? undefined : { ...RECORD, order: facts!, ...record };
  const paymentUrl = read?.paymentUrl;
  const whole = {
    orderId: 'o1',
    facts,
    record: read,
    paymentUrl,
    settled: 'paid',
    stuck: {},
    recent: read,
    inFlightChecks: 0,
    ...orderCase,
  };
  return describeOrder(whole as unknown as OrderCase);
}

it('match the recorded pages', async () => {
  const pages = Object.entries(SITUATIONS).map(([name, situation]) => `## An order ${name}\n\n${pageOf(situation)}\n`);
  await expect(pages.join('\n')).toMatchFileSnapshot('./case-pages.md');
});

it('show all events that were read of a long history, and the number of earlier ones', () => {
  const event = { type: 'retry_requested', message: 'Tried', actor: 'system', reason: null, key: null };
  const history = Array.from({ length: 47 }, (_, index) => ({ ...event, at: `2026-11-01T10:${10 + index}:00.000Z` }));
  const page = pageOf({ record: { history, earlierEvents: 3 } });
  expect(page.match(/\| Tried \|/g)).toHaveLength(47);
  expect(page).toContain('\n\n… and 3 earlier');
});
