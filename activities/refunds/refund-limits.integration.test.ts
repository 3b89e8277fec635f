/** Refund limits in the ledger: the remaining charge, the amount that one person may refund alone, and who decides above that. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decisionSubject, proveActor, refundIdOf, refundSubject } from '../../infra/actor-proof.ts';
import { activityShop } from '../../tests/support/activity-shop.ts';
import { bySupport, SUPPORT_AGENT } from '../../tests/support/ledger-orders.ts';
import { stockOf } from '../../tests/support/shop.ts';
import { decideWaiting } from './decision-ledger.ts';

/** Minor units that support may refund per order without approval. */
const LIMIT = 1_000;

const shop = activityShop({ settings: { REFUND_LIMIT_SUPPORT_CENTS: LIMIT, REFUND_LIMIT_LEAD_CENTS: 2_000 } });
const { orders } = shop;

const lead = () => `support_lead:${randomUUID()}`;

function decide(refundId: string, decision: 'approve' | 'reject', actor = lead()) {
  const proof = proveActor(shop.services.settings.JWT_SECRET, actor, decisionSubject(refundId, decision));
  return shop.activities.decideRefund({ refundId, decision, reason: 'looked at', ...proof });
}

describe('the remaining charge', () => {
  it.each(['awaiting_approval', 'pending', 'succeeded'] as const)(
    'also limits lines, after an earlier refund that is %s',
    async (status) => {
      const { order, product } = await orders.shipped({ price: '10.00' });
      const { orderId } = order;
      const earlier = await orders.refunded(orderId, { amountCents: 1_600 });
      if (status !== 'awaiting_approval') await decide(earlier.refundId, 'approve');
      if (status === 'succeeded') await orders.sent(earlier.refundId);
      expect(await shop.activities.loadRefund({ refundId: earlier.refundId })).toMatchObject({ status });
      const requestId = randomUUID();
      const request = {
        orderId,
        requestId,
        lines: [{ productId: product.id, quantity: 1 }],
        reason: 'one is broken',
        restock: false,
        ...bySupport(shop.services.settings, orderId, requestId),
      };
      expect(await shop.activities.requestRefund(request)).toMatchObject({
        outcome: 'refused',
        code: 'refund_exceeds_charge',
        refundableCents: 400,
      });
      expect(await shop.activities.requestRefund({ ...request, amountCents: 401 })).toMatchObject({
        outcome: 'refused',
      });
      expect(await shop.activities.requestRefund({ ...request, amountCents: 400 })).toMatchObject({
        outcome: 'accepted',
      });
    },
  );
});

describe('the limit of one person', () => {
  it('includes its last cent', async () => {
    const { order } = await orders.paid();
    expect((await orders.refunded(order.orderId, { amountCents: LIMIT })).status).toBe('pending');
    const other = await orders.paid();
    expect((await orders.refunded(other.order.orderId, { amountCents: LIMIT + 1 })).status).toBe('awaiting_approval');
  });

  /** States of an earlier refund of 8.00, and whether another refund of 3.00 is then above the limit. */
  const EARLIER: Readonly<Record<string, { counts: boolean; bring: (refundId: string) => Promise<unknown> }>> = {
    pending: { counts: true, bring: async () => {} },
    'at Stripe': {
      counts: true,
      bring: async (refundId) => {
        const refund = (await shop.activities.loadRefund({ refundId }))!;
        const { stripeRefundId } = await shop.activities.refundPayment(refund);
        return shop.activities.recordRefund({ refundId, attempt: 1, stripeRefundId, status: 'pending' });
      },
    },
    succeeded: { counts: true, bring: (refundId) => orders.sent(refundId) },
    failed: {
      counts: false,
      bring: (refundId) =>
        shop.activities.recordRefund({ refundId, attempt: 1, stripeRefundId: null, status: 'failed' }),
    },
    withdrawn: {
      counts: false,
      bring: async (refundId) => {
        await shop.activities.recordRefund({ refundId, attempt: 1, stripeRefundId: null, status: 'failed' });
        return shop.activities.withdrawRefund({ refundId, requestedBy: 'Anna', reason: 'not needed' });
      },
    },
    'paid another way': {
      counts: true,
      bring: async (refundId) => {
        await shop.activities.recordRefund({ refundId, attempt: 1, stripeRefundId: null, status: 'failed' });
        return shop.activities.giveUpRefund({ refundId, requestId: 'g', actor: 'ui:Anna', reason: 'bank transfer' });
      },
    },
  };
  it.each(Object.entries(EARLIER))(
    'can’t be exceeded in parts: an earlier refund that is %s',
    async (_, { counts, bring }) => {
      const { order } = await orders.paid();
      const first = await orders.refunded(order.orderId, { amountCents: 800 });
      expect(first.status).toBe('pending');
      await bring(first.refundId);
      const second = await orders.refunded(order.orderId, { amountCents: 300 });
      expect(second.status).toBe(counts ? 'awaiting_approval' : 'pending');
      // A waiting refund counts too.
      if (counts) expect((await orders.refunded(order.orderId, { amountCents: 1 })).status).toBe('awaiting_approval');
      await shop.activities.reconcilePayment({ orderId: order.orderId });
    },
  );

  it('counts an expected return, and a refund that is waiting for approval', async () => {
    const { order, product } = await orders.shipped();
    const lines = [{ productId: product.id, quantity: 1 }];
    const awaited = await orders.refunded(order.orderId, { lines, awaitReturn: true });
    expect(awaited).toMatchObject({ status: 'awaiting_return', amountCents: 1_250 });
    expect((await orders.refunded(order.orderId, { amountCents: 1 })).status).toBe('awaiting_approval');
    await shop.activities.declineReturn({
      refundId: awaited.refundId,
      requestId: 'd',
      actor: 'ui:Anna',
      reason: 'worn',
    });
    expect((await orders.refunded(order.orderId, { amountCents: LIMIT - 1 })).status).toBe('pending');
    expect((await orders.refunded(order.orderId, { amountCents: 1 })).status).toBe('awaiting_approval');
  });

  it('starts over after a refund that a second person approved', async () => {
    const { order } = await orders.paid();
    const big = await orders.refunded(order.orderId, { amountCents: 1_200 });
    expect(big.status).toBe('awaiting_approval');
    expect((await decide(big.refundId, 'approve')).outcome).toBe('decided');
    expect((await orders.refunded(order.orderId, { amountCents: LIMIT })).status).toBe('pending');
  });
});

describe('a refund that failed', () => {
  const retry = { actor: 'ui:Anna', reason: 'as asked' };

  it('needs approval for each retry until a lead has approved one', async () => {
    const { order, product } = await orders.paid({ price: '8.00' });
    const lines = [{ productId: product.id, quantity: 1 }];
    const { refundId, status } = await orders.refunded(order.orderId, { lines });
    expect(status).toBe('pending');
    // The unit is back in stock when the bank refuses the refund, so the amount is owed.
    const atStripe = { refundId, attempt: 1, stripeRefundId: `re_${refundId}` };
    await shop.activities.recordRefund({ ...atStripe, status: 'succeeded' });
    await shop.activities.recordRefund({ ...atStripe, status: 'failed', failureReason: 'declined' });
    expect((await orders.refunded(order.orderId, { amountCents: 300, requestedBy: 'Bo' })).status).toBe('pending');

    const waits = { outcome: 'decided', refund: { status: 'awaiting_approval', decidedBy: null } };
    expect(await shop.activities.retryRefund({ refundId, requestId: 'r1', ...retry })).toMatchObject(waits);
    expect(await decide(refundId, 'reject')).toMatchObject({ outcome: 'decided', refund: { status: 'failed' } });
    expect(await shop.activities.retryRefund({ refundId, requestId: 'r2', ...retry })).toMatchObject(waits);
    expect(await decide(refundId, 'approve')).toMatchObject({ outcome: 'decided', refund: { status: 'pending' } });
    // Once approved, it can be retried without another decision.
    await shop.activities.recordRefund({ refundId, attempt: 3, stripeRefundId: null, status: 'failed' });
    expect(await shop.activities.retryRefund({ refundId, requestId: 'r3', ...retry })).toMatchObject({
      outcome: 'decided',
      refund: { status: 'pending' },
    });
  });
});

describe('a return that was received', () => {
  it.each([
    { cents: 1_250, actor: 'ui:Anna', status: 'awaiting_approval' },
    { cents: LIMIT, actor: 'ui:Anna', status: 'pending' },
    { cents: LIMIT + 1, actor: 'ui:Anna', status: 'awaiting_approval' },
    { cents: 1_250, actor: `support_lead:${randomUUID()}`, status: 'pending' },
    { cents: 2_500, actor: `support_lead:${randomUUID()}`, status: 'awaiting_approval' },
  ])('of $cents by $actor is $status', async ({ cents, actor, status }) => {
    const { order, product } = await orders.shipped();
    const lines = [{ productId: product.id, quantity: 2 }];
    const awaited = await orders.refunded(order.orderId, { lines, amountCents: cents, awaitReturn: true });
    expect(awaited.status).toBe('awaiting_return');
    const received = await shop.activities.receiveReturn({
      refundId: awaited.refundId,
      requestId: 'back',
      actor,
      restock: true,
    });
    expect(received).toMatchObject({ outcome: 'decided', refund: { status, amountCents: cents } });
  });

  it.each([
    { restock: true, stock: 10 },
    { restock: false, stock: 8 },
  ])('leaves a stock of $stock after its refund, with restock: $restock', async ({ restock, stock }) => {
    const { order, product } = await orders.shipped({ stock: 10 });
    const lines = [{ productId: product.id, quantity: 2 }];
    const { refundId } = await orders.refunded(order.orderId, { lines, amountCents: LIMIT, awaitReturn: true });
    await shop.activities.receiveReturn({ refundId, requestId: 'back', actor: 'ui:Anna', restock });
    expect(await orders.sent(refundId)).toMatchObject({ status: 'succeeded' });
    expect(await stockOf(shop.services, product.id)).toEqual({ stock, reserved: 0 });
  });

  it('counts refunds that were made while it was in transit', async () => {
    const { order, product } = await orders.shipped();
    const lines = [{ productId: product.id, quantity: 1 }];
    const awaited = await orders.refunded(order.orderId, { lines, amountCents: 900, awaitReturn: true });
    const sorry = await orders.refunded(order.orderId, { amountCents: 200 });
    expect(sorry.status).toBe('awaiting_approval');
    const received = { refundId: awaited.refundId, requestId: 'back', actor: 'ui:Anna', restock: false };
    expect(await shop.activities.receiveReturn(received)).toMatchObject({ refund: { status: 'awaiting_approval' } });
  });
});

describe('a request above the limit whose sender is not signed in', () => {
  const sender = { requestedBy: 'Anna' };
  const inWords = (what: string) => `${what} above $10.00 need approval, and the shop must know who requests them.`;

  it.each([
    ['of an amount', { amountCents: LIMIT + 1 }, false],
    ['of everything', {}, false],
    ['of a return', { awaitReturn: true }, true],
    ['with a proof for another refund', { amountCents: LIMIT + 1, proof: 'x' }, false],
    ['in the name of a signed-in lead', { amountCents: LIMIT + 1, requestedBy: lead() }, false],
  ])('is refused before anything is recorded: %s', async (_, part, hasShipped) => {
    const { order } = await (hasShipped ? orders.shipped() : orders.paid());
    const { orderId } = order;
    const count = () =>
      shop.services.db.row(
        'select (select count(*) from refunds where order_id = $1), count(*) from order_events where order_id = $1',
        [orderId],
      );
    const before = await count();
    const request = { orderId, requestId: randomUUID(), reason: 'worn', restock: false, ...sender, ...part };
    expect(await shop.activities.requestRefund(request)).toMatchObject({
      outcome: 'refused',
      code: 'forbidden',
      message: expect.stringContaining(inWords('Refunds')),
    });
    expect(await count()).toEqual(before);
    const last = { ...request, ...sender, proof: undefined, amountCents: LIMIT, awaitReturn: undefined };
    expect(await shop.activities.requestRefund(last)).toMatchObject({ outcome: 'accepted' });
  });

  it('is refused for a cancellation, too, and the order can still ship', async () => {
    const { orderId } = (await orders.paid()).order;
    const canceled = await shop.activities.cancelPaid({ orderId, requestId: 'c', sender, reason: 'twice' });
    expect(canceled).toMatchObject({
      outcome: 'refused',
      code: 'forbidden',
      message: expect.stringContaining(inWords('Cancellations')),
    });
    expect(await shop.activities.loadOrder({ orderId })).toMatchObject({ status: 'paid', fulfillment: 'unfulfilled' });
  });

  it('stays failed when other refunds were made before its retry', async () => {
    const { orderId } = (await orders.paid()).order;
    const { refundId } = await orders.refunded(orderId, { amountCents: 900, ...sender, proof: undefined });
    await shop.activities.recordRefund({ refundId, attempt: 1, stripeRefundId: null, status: 'failed' });
    await orders.refunded(orderId, { amountCents: 101 });
    const retry = { refundId, requestId: 'r', actor: 'ui:Anna', reason: 'again' };
    expect(await shop.activities.retryRefund(retry)).toMatchObject({
      outcome: 'refused',
      code: 'forbidden',
      message: expect.stringContaining(inWords('Refunds')),
    });
    expect(await shop.activities.loadRefund({ refundId })).toMatchObject({ status: 'failed', attempt: 1 });
  });
});

describe('a decision', () => {
  /** @param requestedBy who requested it through the API */
  async function waiting(requestedBy = SUPPORT_AGENT) {
    const { orderId } = (await orders.paid()).order;
    const requestId = randomUUID();
    const subject = refundSubject(refundIdOf(orderId, requestId));
    const sender = proveActor(shop.services.settings.JWT_SECRET, requestedBy, subject);
    const refund = await orders.refunded(orderId, { requestId, amountCents: 2_200, ...sender });
    expect(refund).toMatchObject({ status: 'awaiting_approval', requestedBy });
    return refund.refundId;
  }
  const forbidden = { outcome: 'refused', code: 'forbidden' };

  it('requires a support lead or an admin, and a proof for this exact decision', async () => {
    const refundId = await waiting();
    for (const actor of [`support:${randomUUID()}`, `customer:${randomUUID()}`, 'guest', 'system', 'ui:Lea'])
      expect(await decide(refundId, 'approve', actor), actor).toMatchObject(forbidden);
    const actor = lead();
    const proofOf = (subject: string) => proveActor(shop.services.settings.JWT_SECRET, actor, subject);
    for (const sender of [
      { requestedBy: actor },
      { requestedBy: actor, proof: 'x' },
      proofOf(decisionSubject(refundId, 'reject')),
      proofOf(decisionSubject(randomUUID(), 'approve')),
      { ...proofOf(decisionSubject(refundId, 'approve')), requestedBy: lead() },
    ])
      expect(
        await shop.activities.decideRefund({ refundId, decision: 'approve', reason: 'r', ...sender }),
      ).toMatchObject(forbidden);
    // The ledger requires the proof, whatever role the actor has.
    const unproven = { refundId, decision: 'approve', reason: 'r', actor, isProven: false } as const;
    expect(await decideWaiting(shop.services.db, unproven)).toMatchObject(forbidden);
    expect(await shop.activities.loadRefund({ refundId })).toMatchObject({ status: 'awaiting_approval' });
    expect((await decide(refundId, 'approve', `admin:${randomUUID()}`)).outcome).toBe('decided');
  });

  it('can’t be made by the requester, in any role', async () => {
    const userId = randomUUID();
    for (const role of ['support', 'support_lead', 'admin']) {
      const refundId = await waiting(`${role}:${userId}`);
      for (const decider of [`support_lead:${userId}`, `admin:${userId}`]) {
        expect(await decide(refundId, 'approve', decider), role).toMatchObject(forbidden);
        expect(await decide(refundId, 'reject', decider), role).toMatchObject(forbidden);
      }
      expect((await decide(refundId, 'approve')).outcome, role).toBe('decided');
    }
  });

  it('can’t approve a refund whose requester is not known, since they may be the same person, but can reject it', async () => {
    const { order, product } = await orders.shipped();
    const lines = [{ productId: product.id, quantity: 1 }];
    const small = { lines, amountCents: 900, awaitReturn: true, requestedBy: 'Lea', proof: undefined };
    const { refundId } = await orders.refunded(order.orderId, small);
    await decide((await orders.refunded(order.orderId, { amountCents: 200 })).refundId, 'reject');
    await orders.refunded(order.orderId, { amountCents: 100 });
    const held = await orders.refunded(order.orderId, { amountCents: 50 });
    await shop.activities.receiveReturn({ refundId, requestId: 'back', actor: 'ui:Anna', restock: true });
    expect(held.status).toBe('awaiting_approval');
    expect(await decide(refundId, 'approve')).toEqual({
      ...forbidden,
      message: expect.stringContaining('Withdraw it, and request it again signed in'),
    });
    expect(await decide(refundId, 'reject')).toMatchObject({ refund: { status: 'rejected' } });
  });

  it('can no longer approve a refund that was made in the Stripe Dashboard in the meantime, but can reject it', async () => {
    const { order, paymentIntentId } = await orders.paid();
    const { orderId } = order;
    const { refundId } = await orders.refunded(orderId, { amountCents: 2_200 });
    await shop.services.stripe.refunds.create({ payment_intent: paymentIntentId, amount: 301 });
    await shop.activities.reconcilePayment({ orderId });
    expect(await decide(refundId, 'approve')).toMatchObject({ outcome: 'refused', code: 'conflict' });
    expect(await shop.activities.loadRefund({ refundId })).toMatchObject({ status: 'awaiting_approval' });
    expect(await decide(refundId, 'reject')).toMatchObject({ refund: { status: 'rejected' } });
    const { refundedCents } = (await shop.activities.loadOrder({ orderId }))!;
    expect(refundedCents).toBe(301);
  });

  it('is final: it can’t be reversed or made by a second person', async () => {
    const refundId = await waiting();
    const actor = lead();
    expect(await decide(refundId, 'reject', actor)).toMatchObject({ refund: { status: 'rejected' } });
    expect(await decide(refundId, 'approve', actor)).toMatchObject({ outcome: 'refused', code: 'conflict' });
    expect(await decide(refundId, 'approve')).toMatchObject({ outcome: 'refused', code: 'conflict' });
    expect(await shop.activities.loadRefund({ refundId })).toMatchObject({ status: 'rejected', decidedBy: actor });
  });
});
