/** Every payment and refund activity, repeated after its result was lost and run concurrently: no money moves twice. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decisionSubject, proveActor, refundIdOf } from '../../infra/actor-proof.ts';
import { activityShop } from '../../tests/support/activity-shop.ts';
import { bySupport } from '../../tests/support/ledger-orders.ts';
import { expectRepeatable, onlyReads, type Repeatable, scopeOf } from '../../tests/support/repeated.ts';
import { chargeBack } from '../../tests/support/sales.ts';
import { createPaymentActivities } from '../payments/activities.ts';
import { createRefundActivities } from './activities.ts';

// Emails and notifications stay in the outbox, so that runs can be compared.
const shop = activityShop({ topics: ['stock.adjusted'] });
const { orders } = shop;

const BY_ANNA = { requestId: 'step', actor: 'ui:Anna', reason: 'as asked' };

/** A paid order, and the activity that `make` creates for it. */
async function paid(make: (orderId: string) => Promise<() => Promise<unknown>>, price?: string): Promise<Repeatable> {
  const order = await orders.paid({ price });
  return { scope: scopeOf(order), run: await make(order.order.orderId) };
}

/** A shipped order with an expected return. */
async function awaitingReturn(make: (refundId: string) => () => Promise<unknown>): Promise<Repeatable> {
  const order = await orders.shipped();
  const { refundId } = await orders.refunded(order.order.orderId, { awaitReturn: true });
  return { scope: scopeOf(order), run: make(refundId) };
}

/** A refund of one unit that Stripe refused. */
async function failedRefund(make: (refundId: string) => () => Promise<unknown>): Promise<Repeatable> {
  const order = await orders.paid();
  const lines = [{ productId: order.product.id, quantity: 1 }];
  const { refundId } = await orders.refunded(order.order.orderId, { lines });
  await shop.activities.recordRefund({ refundId, attempt: 1, stripeRefundId: null, status: 'failed' });
  return { scope: scopeOf(order), run: make(refundId) };
}

/** A decision of a signed-in support lead. */
function decides(refundId: string, decision: 'approve' | 'reject'): () => Promise<unknown> {
  const actor = `support_lead:${randomUUID()}`;
  const proof = proveActor(shop.services.settings.JWT_SECRET, actor, decisionSubject(refundId, decision));
  return () => shop.activities.decideRefund({ refundId, decision, reason: 'as agreed', ...proof });
}

/** An unmatched payment that names the order. */
async function unmatched(make: (paymentIntentId: string) => Promise<() => Promise<unknown>>): Promise<Repeatable> {
  const order = await orders.paid();
  const paymentIntentId = await orders.paidBeside(order.order.orderId, 700);
  return { scope: scopeOf(order), run: await make(paymentIntentId) };
}

const cancels = (orderId: string) => {
  const sender = bySupport(shop.services.settings, orderId, 'c1');
  return shop.activities.cancelPaid({ orderId, requestId: 'c1', sender, reason: 'changed my mind' });
};

const withdraws = (refundId: string) => () =>
  shop.activities.withdrawRefund({ refundId, requestedBy: 'Anna', reason: 'kept' });

type Money = keyof ReturnType<typeof createPaymentActivities> | keyof ReturnType<typeof createRefundActivities>;

/** Each activity with the situations in which it is repeated. */
const ACTIVITIES: Readonly<Record<Money, Readonly<Record<string, () => Promise<Repeatable>>>>> = {
  createPayment: {
    'of an order': async () => {
      const order = await orders.opened();
      const { orderId, totalCents: amountCents } = order.order;
      return {
        scope: scopeOf(order),
        run: () => shop.activities.createPayment({ orderId, amountCents, currency: 'usd' }),
      };
    },
  },
  checkPayment: {
    'that succeeded': async () => {
      const order = await orders.opened();
      await orders.charge(order.order);
      return { scope: scopeOf(order), run: () => shop.activities.checkPayment({ orderId: order.order.orderId }) };
    },
  },
  cancelPayment: {
    'before it is paid': async () => {
      const order = await orders.opened();
      const { orderId } = order.order;
      await shop.activities.createPayment({ orderId, amountCents: 2500, currency: 'usd' });
      return { scope: scopeOf(order), run: () => shop.activities.cancelPayment({ orderId }) };
    },
    'when it is paid': async () => {
      const order = await orders.opened();
      await orders.charge(order.order);
      return { scope: scopeOf(order), run: () => shop.activities.cancelPayment({ orderId: order.order.orderId }) };
    },
  },
  refundPayment: {
    'of a refund': () =>
      paid(async (orderId) => {
        const refund = await orders.refunded(orderId, { amountCents: 1000 });
        return () => shop.activities.refundPayment(refund);
      }),
  },
  retrieveRefund: {
    'at Stripe': () =>
      onlyReads(
        paid(async (orderId) => {
          const refund = await orders.sent((await orders.refunded(orderId, { amountCents: 1000 })).refundId);
          return () => shop.activities.retrieveRefund({ stripeRefundId: refund.stripeRefundId! });
        }),
      ),
  },
  reconcilePayment: {
    'with a refund made in the Stripe Dashboard': () =>
      paid(async (orderId) => {
        const { paymentIntentId } = (await shop.activities.loadOrder({ orderId }))!;
        await shop.services.stripe.refunds.create({ payment_intent: paymentIntentId!, amount: 500 });
        return () => shop.activities.reconcilePayment({ orderId });
      }),
    'with a full refund made in the Stripe Dashboard': () =>
      paid(async (orderId) => {
        const { paymentIntentId } = (await shop.activities.loadOrder({ orderId }))!;
        await shop.services.stripe.refunds.create({ payment_intent: paymentIntentId! });
        return () => shop.activities.reconcilePayment({ orderId });
      }),
    'with a chargeback': () =>
      paid(async (orderId) => {
        const { paymentIntentId } = (await shop.activities.loadOrder({ orderId }))!;
        await chargeBack(shop, { intentId: paymentIntentId! });
        return () => shop.activities.reconcilePayment({ orderId });
      }),
  },
  findUnmatchedRefund: {
    'that is not made': () =>
      onlyReads(unmatched(async (paymentIntentId) => () => shop.activities.findUnmatchedRefund({ paymentIntentId }))),
  },
  loadUnmatchedPayment: {
    'that is not refunded': () =>
      onlyReads(unmatched(async (paymentIntentId) => () => shop.activities.loadUnmatchedPayment({ paymentIntentId }))),
  },
  refundUnmatchedPayment: {
    'in full': () =>
      unmatched(
        async (paymentIntentId) => () => shop.activities.refundUnmatchedPayment({ paymentIntentId, attempt: 1 }),
      ),
  },
  recordUnmatchedRefund: {
    'that succeeded': () =>
      unmatched(async (paymentIntentId) => {
        const sent = await shop.activities.refundUnmatchedPayment({ paymentIntentId, attempt: 1 });
        return () => shop.activities.recordUnmatchedRefund({ paymentIntentId, attempt: 1, ...sent });
      }),
    'that failed, and opens one more attempt': () =>
      unmatched(async (paymentIntentId) => {
        const failed = { stripeRefundId: null, status: 'failed', failureReason: 'refused' } as const;
        return () => shop.activities.recordUnmatchedRefund({ paymentIntentId, attempt: 1, ...failed });
      }),
  },
  requestRefund: {
    'of an amount': () =>
      paid(
        async (orderId) => () =>
          shop.activities.requestRefund({
            orderId,
            requestId: 'r1',
            amountCents: 1000,
            reason: 'scratched',
            restock: false,
            requestedBy: 'Anna',
          }),
      ),
    'that replaces a failed one': () =>
      paid(async (orderId) => {
        const { refundId } = await orders.refunded(orderId, { amountCents: 2000 });
        await shop.activities.recordRefund({ refundId, attempt: 1, stripeRefundId: null, status: 'failed' });
        return () =>
          shop.activities.requestRefund({
            orderId,
            requestId: 'r2',
            reason: 'late',
            restock: false,
            requestedBy: 'Anna',
          });
      }),
  },
  loadRefund: {
    'that is pending': () =>
      onlyReads(
        paid(async (orderId) => {
          const { refundId } = await orders.refunded(orderId, { amountCents: 1000 });
          return () => shop.activities.loadRefund({ refundId });
        }),
      ),
  },
  recordRefund: {
    'that succeeded, with a unit back on sale': async () => {
      const order = await orders.paid();
      const lines = [{ productId: order.product.id, quantity: 1 }];
      const refund = await orders.refunded(order.order.orderId, { lines });
      const sent = await shop.activities.refundPayment(refund);
      const { refundId } = refund;
      return { scope: scopeOf(order), run: () => shop.activities.recordRefund({ refundId, attempt: 1, ...sent }) };
    },
    'that failed': () =>
      paid(async (orderId) => {
        const { refundId } = await orders.refunded(orderId, { amountCents: 1000 });
        return () => shop.activities.recordRefund({ refundId, attempt: 1, stripeRefundId: null, status: 'failed' });
      }),
  },
  decideRefund: {
    approve: () =>
      paid(
        async (orderId) => decides((await orders.refunded(orderId, { amountCents: 12_000 })).refundId, 'approve'),
        '80.00',
      ),
    reject: () =>
      paid(
        async (orderId) => decides((await orders.refunded(orderId, { amountCents: 12_000 })).refundId, 'reject'),
        '80.00',
      ),
    'approve a cancellation': () =>
      paid(async (orderId) => {
        expect((await cancels(orderId)).outcome).toBe('awaiting_approval');
        return decides(refundIdOf(orderId, 'c1'), 'approve');
      }, '80.00'),
    'reject a cancellation': () =>
      paid(async (orderId) => {
        await cancels(orderId);
        return decides(refundIdOf(orderId, 'c1'), 'reject');
      }, '80.00'),
  },
  receiveReturn: {
    'fit to be sold': () =>
      awaitingReturn((refundId) => () => shop.activities.receiveReturn({ refundId, ...BY_ANNA, restock: true })),
    'of which a part arrived': async () => {
      const order = await orders.shipped();
      const { refundId } = await orders.refunded(order.order.orderId, { awaitReturn: true });
      const lines = [{ productId: order.product.id, quantity: 1 }];
      const received = { refundId, ...BY_ANNA, restock: true, lines };
      return { scope: scopeOf(order), run: () => shop.activities.receiveReturn(received) };
    },
  },
  declineReturn: {
    'that does not come': () =>
      awaitingReturn((refundId) => () => shop.activities.declineReturn({ refundId, ...BY_ANNA })),
  },
  retryRefund: {
    'that failed': () => failedRefund((refundId) => () => shop.activities.retryRefund({ refundId, ...BY_ANNA })),
  },
  giveUpRefund: {
    'that failed': () => failedRefund((refundId) => () => shop.activities.giveUpRefund({ refundId, ...BY_ANNA })),
  },
  addRefundNote: {
    'on a failed refund': () =>
      failedRefund(
        (refundId) => () =>
          shop.activities.addRefundNote({ refundId, requestId: 'note', actor: 'ui:Anna', note: 'Will call again' }),
      ),
  },
  withdrawRefund: {
    'that failed': () => failedRefund(withdraws),
    'that awaits its return': () => awaitingReturn(withdraws),
    'that awaits approval': () =>
      paid(async (orderId) => withdraws((await orders.refunded(orderId, { amountCents: 12_000 })).refundId), '80.00'),
    'of a cancellation that awaits approval': () =>
      paid(async (orderId) => {
        await cancels(orderId);
        return withdraws(refundIdOf(orderId, 'c1'));
      }, '80.00'),
  },
  cancelPaid: {
    'within the limit': () => paid(async (orderId) => () => cancels(orderId)),
    'above the limit': () => paid(async (orderId) => () => cancels(orderId), '80.00'),
    'with a refund that waits': () =>
      paid(async (orderId) => {
        await orders.refunded(orderId, { amountCents: 12_000 });
        return () => cancels(orderId);
      }, '80.00'),
  },
};

it('has an entry for every activity', () => {
  const all = [createPaymentActivities, createRefundActivities].flatMap((create) => Object.keys(create(shop.services)));
  expect(Object.keys(ACTIVITIES).sort()).toEqual(all.sort());
});

describe.each(Object.entries(ACTIVITIES))('%s', (_, situations) => {
  it.each(Object.entries(situations))(
    'changes nothing when repeated or run concurrently: %s',
    async (_situation, prepare) => {
      await expectRepeatable(shop.services, prepare);
    },
  );
});
