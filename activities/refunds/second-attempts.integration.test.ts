/** Repeated attempts of a refund: each attempt, decision, and failure is in the order's history and counts toward the requester's limit. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { GUEST } from '../../domain/identity.ts';
import { decisionSubject, proveActor, refundIdOf, refundSubject } from '../../infra/actor-proof.ts';
import { activityShop } from '../../tests/support/activity-shop.ts';
import { SUPPORT_AGENT } from '../../tests/support/ledger-orders.ts';

/** Minor units that support and a lead may refund per order without approval. */
const [SUPPORT, LEAD] = [1_000, 2_000];

const shop = activityShop({ settings: { REFUND_LIMIT_SUPPORT_CENTS: SUPPORT, REFUND_LIMIT_LEAD_CENTS: LEAD } });
const { orders } = shop;

const secret = () => shop.services.settings.JWT_SECRET;
const BY_ANNA = { actor: 'ui:Anna', reason: 'as asked' };

function decide(refundId: string, decision: 'approve' | 'reject') {
  const proof = proveActor(secret(), `support_lead:${randomUUID()}`, decisionSubject(refundId, decision));
  return shop.activities.decideRefund({ refundId, decision, reason: 'looked at', ...proof });
}
const retry = (refundId: string, by = BY_ANNA) =>
  shop.activities.retryRefund({ refundId, requestId: randomUUID(), ...by });
const fail = (refundId: string, attempt: number) =>
  shop.activities.recordRefund({
    refundId,
    attempt,
    stripeRefundId: null,
    status: 'failed',
    failureReason: 'declined',
  });

/** Types of the order's events, starting with `first`. */
async function historyOf(orderId: string, first: string): Promise<string[]> {
  const rows = await shop.services.db.rows<{ type: string }>(
    'select type from order_events where order_id = $1 order by id',
    [orderId],
  );
  const types = rows.map(({ type }) => type);
  return types.slice(types.indexOf(first));
}

describe('the history of an order', () => {
  it('contains each failure and each retry of a refund', async () => {
    const { orderId } = (await orders.paid()).order;
    const { refundId } = await orders.refunded(orderId, { amountCents: 500 });
    for (const attempt of [1, 2]) {
      await fail(refundId, attempt);
      await retry(refundId);
    }
    await orders.sent(refundId);
    expect(await historyOf(orderId, 'refund_requested')).toEqual([
      'refund_requested',
      'refund_failed',
      'refund_retried',
      'refund_failed',
      'refund_retried',
      'refund_succeeded',
    ]);
  });

  it('contains each decision about a refund that is owed', async () => {
    const { order, product } = await orders.paid({ price: '8.00' });
    const { orderId } = order;
    const { refundId } = await orders.refunded(orderId, { lines: [{ productId: product.id, quantity: 1 }] });
    const atStripe = { refundId, attempt: 1, stripeRefundId: `re_${refundId}` };
    await shop.activities.recordRefund({ ...atStripe, status: 'succeeded' });
    await shop.activities.recordRefund({ ...atStripe, status: 'failed' });
    await orders.refunded(orderId, { amountCents: 300 });
    for (const decision of ['reject', 'reject', 'approve'] as const) {
      expect(await retry(refundId)).toMatchObject({ refund: { status: 'awaiting_approval' } });
      expect((await decide(refundId, decision)).outcome).toBe('decided');
    }
    const decisions = (await historyOf(orderId, 'refund_failed')).filter((type) => /approved|rejected/.test(type));
    expect(decisions).toEqual(['refund_rejected', 'refund_rejected', 'refund_approved']);
  });

  it('contains the replacement of a refund and its reason', async () => {
    const { order, product } = await orders.paid();
    const { orderId } = order;
    const lines = [{ productId: product.id, quantity: 1 }];
    const { refundId } = await orders.refunded(orderId, { lines, amountCents: 100 });
    await fail(refundId, 1);
    const later = await orders.refunded(orderId, {
      lines: [{ productId: product.id, quantity: 2 }],
    });
    expect(await shop.activities.loadRefund({ refundId })).toMatchObject({
      status: 'rejected',
      decidedBy: SUPPORT_AGENT,
      decisionReason: 'Replaced by a later refund.',
    });
    const event = await shop.services.db.row<{ data: object }>(
      `select data from order_events where order_id = $1 and type = 'refund_replaced'`,
      [orderId],
    );
    expect(event?.data).toEqual({ refundId, amountCents: 100, replacedBy: later.refundId });
  });
});

it('a shopper who uses the request ID of staff does not read their reason', async () => {
  const { orderId } = (await orders.paid()).order;
  const requestId = randomUUID();
  await orders.refunded(orderId, { requestId, amountCents: 100, reason: 'Product is discontinued' });
  const asGuest = proveActor(secret(), GUEST, refundSubject(refundIdOf(orderId, requestId)));
  const request = { orderId, requestId, amountCents: 200, reason: 'Mine', restock: false };
  const asked = await shop.activities.requestRefund({ ...request, ...asGuest });
  expect(asked).toMatchObject({ outcome: 'refused', message: expect.stringContaining('(“Refund by the shop”)') });
  const byStaff = await shop.activities.requestRefund({ ...request, requestedBy: 'Anna' });
  expect(byStaff).toMatchObject({ message: expect.stringContaining('(“Product is discontinued”)') });
});

describe('a retry', () => {
  /** A refund that a signed-in lead requested, above the limit of support. */
  async function ofLead(amountCents: number) {
    const { orderId } = (await orders.paid()).order;
    const requestId = randomUUID();
    const lead = `support_lead:${randomUUID()}`;
    const sender = proveActor(secret(), lead, refundSubject(refundIdOf(orderId, requestId)));
    const refund = await orders.refunded(orderId, { requestId, amountCents, ...sender });
    expect(refund.status).toBe('pending');
    await fail(refund.refundId, 1);
    return refund.refundId;
  }

  it('by support of a lead’s refund uses the lead’s limit', async () => {
    expect(await retry(await ofLead(LEAD))).toMatchObject({ outcome: 'decided', refund: { status: 'pending' } });
  });

  it('by a lead of a refund by support uses the limit of support', async () => {
    const { orderId } = (await orders.paid()).order;
    const { refundId } = await orders.refunded(orderId, { amountCents: 900 });
    await fail(refundId, 1);
    await orders.refunded(orderId, { amountCents: 200 });
    const byLead = { ...BY_ANNA, actor: `support_lead:${randomUUID()}` };
    expect(await retry(refundId, byLead)).toMatchObject({ refund: { status: 'awaiting_approval', decidedBy: null } });
  });

  it('of a pending refund returns it unchanged', async () => {
    const { orderId } = (await orders.paid()).order;
    const { refundId } = await orders.refunded(orderId, { amountCents: 500 });
    expect(await retry(refundId)).toMatchObject({ outcome: 'decided', refund: { status: 'pending', attempt: 1 } });
  });
});
