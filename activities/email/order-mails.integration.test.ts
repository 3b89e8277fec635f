/** Every step that notifies the shopper queues exactly one email, even when it runs repeatedly or concurrently. */
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { GUEST } from '../../domain/identity.ts';
import { decisionSubject, proveActor, refundIdOf, refundSubject } from '../../infra/actor-proof.ts';
import { recordPayment } from '../../infra/postgres/payments.ts';
import { activityShop } from '../../tests/support/activity-shop.ts';
import { bySupport } from '../../tests/support/ledger-orders.ts';
import { chargeBack } from '../../tests/support/sales.ts';
import { remindOfDisputes } from '../refunds/dispute-reminders.ts';
import { recordFound } from '../refunds/found-ledger.ts';
import { MAIL_KINDS, type MailKind, type MailPayload } from './queue-mail.ts';

// Emails stay in the outbox, where the tests count them.
const shop = activityShop({ topics: ['stock.adjusted'] });
const { orders } = shop;

interface Step {
  orderId: string;
  run: () => Promise<unknown>;
  /** The email’s payload besides its kind. */
  payload?: Omit<MailPayload, 'kind'>;
  /** An email that the same step queues after it. */
  next?: Partial<MailPayload>;
}

const BY_ANNA = { requestId: 'step', actor: 'ui:Anna', reason: 'as asked' };

async function mailsOf(orderId: string): Promise<MailPayload[]> {
  const rows = await shop.services.db.rows<{ payload: MailPayload }>(
    `select payload from outbox where topic = 'mail' and key = $1 order by id`,
    [orderId],
  );
  return rows.map(({ payload }) => payload);
}

const requested = async (orderId: string, of: { amountCents?: number; awaitReturn?: boolean }) =>
  (await orders.refunded(orderId, of)).refundId;

/** By kind, each step that queues such an email. */
const STEPS: Readonly<Record<MailKind, Readonly<Record<string, () => Promise<Step>>>>> = {
  order_paid: {
    'a payment': async () => {
      const { order } = await orders.opened();
      const { orderId } = order;
      await orders.charge(order);
      await shop.activities.checkPayment({ orderId });
      return { orderId, run: () => shop.activities.applyPayments({ orderId }) };
    },
    'a request to send it again': async () => {
      const { orderId } = (await orders.paid()).order;
      await shop.services.db.run(`delete from outbox where topic = 'mail' and key = $1`, [orderId]);
      const step = { action: 'resendConfirmation' } as const;
      return { orderId, run: () => shop.activities.stepOrder({ orderId, ...BY_ANNA, step }) };
    },
  },
  payment_refused: {
    'a refused card': async () => {
      const { orderId } = (await orders.opened()).order;
      const { paymentIntentId } = await shop.activities.createPayment({ orderId, amountCents: 2500, currency: 'usd' });
      const failure = { attemptId: `ch_${orderId}`, code: 'card_declined', message: 'Your card was declined.' };
      const facts = { paymentIntentId, status: 'open', receivedCents: 0, currency: 'usd', failure } as const;
      await recordPayment(shop.services.db, orderId, facts);
      return { orderId, run: () => shop.activities.applyPayments({ orderId }), payload: { message: failure.message } };
    },
  },
  order_shipped: {
    'a shipment': async () => {
      const { orderId } = (await orders.paid()).order;
      const step = { action: 'markShipped', carrier: 'UPS', trackingNumber: '1Z' } as const;
      const payload = { shipmentId: expect.any(String) };
      return { orderId, run: () => shop.activities.stepOrder({ orderId, ...BY_ANNA, step }), payload };
    },
  },
  tracking_corrected: {
    'a correction of its tracking number': async () => {
      const { orderId } = (await orders.shipped()).order;
      const step = { action: 'correctTracking', trackingNumber: '1Z999' } as const;
      const payload = { shipmentId: expect.any(String) };
      return { orderId, run: () => shop.activities.stepOrder({ orderId, ...BY_ANNA, step }), payload };
    },
  },
  order_canceled: {
    'a cancellation before the payment': async () => {
      const { orderId } = (await orders.opened()).order;
      return { orderId, run: () => shop.activities.closeOrder({ orderId, to: 'canceled' }) };
    },
    'a cancellation after the payment': async () => {
      const { orderId } = (await orders.paid()).order;
      const refundId = refundIdOf(orderId, 'c1');
      const request = { orderId, requestId: 'c1', sender: { requestedBy: 'Anna' }, reason: 'changed my mind' };
      return { orderId, run: () => shop.activities.cancelPaid(request), payload: { refundId } };
    },
    'a cancellation that a support lead approved': async () => {
      const { orderId } = (await orders.paid({ price: '80.00' })).order;
      const refundId = refundIdOf(orderId, 'c1');
      const request = { orderId, requestId: 'c1', reason: 'changed my mind' };
      const sender = bySupport(shop.services.settings, orderId, 'c1');
      expect((await shop.activities.cancelPaid({ ...request, sender })).outcome).toBe('awaiting_approval');
      return { orderId, run: decides(refundId, 'approve'), payload: { refundId } };
    },
  },
  order_expired: {
    'the end of the time to pay': async () => {
      const { orderId } = (await orders.opened()).order;
      return { orderId, run: () => shop.activities.closeOrder({ orderId, to: 'expired' }) };
    },
  },
  refund_sent: {
    'a refund that Stripe made': async () => {
      const { order } = await orders.paid();
      const refundId = await requested(order.orderId, { amountCents: 1000 });
      const sent = await shop.activities.refundPayment({
        ...(await shop.activities.loadRefund({ refundId }))!,
        attempt: 1,
      });
      return {
        orderId: order.orderId,
        run: () => shop.activities.recordRefund({ refundId, ...sent }),
        payload: { refundId },
      };
    },
  },
  refund_refused: {
    'a refund that a support lead rejected': async () => {
      const { orderId } = (await orders.paid({ price: '80.00' })).order;
      const refundId = await requested(orderId, { amountCents: 12_000 });
      return { orderId, run: decides(refundId, 'reject'), payload: { refundId, message: 'as agreed' } };
    },
    'a return that was declined': async () => {
      const { orderId } = (await orders.shipped()).order;
      const refundId = await requested(orderId, { awaitReturn: true });
      const run = () => shop.activities.declineReturn({ refundId, ...BY_ANNA });
      return { orderId, run, payload: { refundId, message: BY_ANNA.reason } };
    },
  },
  email_replaced: {
    'a new address, of which both are notified': async () => {
      const { order, begin } = await orders.paid();
      const { orderId } = order;
      const step = { action: 'changeEmail', email: 'ada.moss@example.test' } as const;
      const run = () => shop.activities.stepOrder({ orderId, ...BY_ANNA, step });
      const payload = { to: begin.email!, message: 'a•••@example.test' };
      return { orderId, run, payload, next: { kind: 'email_added', to: step.email } };
    },
  },
  email_added: {
    'the first address': async () => {
      const { orderId } = (await orders.paid()).order;
      await shop.services.db.run('update orders set email = null where id = $1', [orderId]);
      const step = { action: 'changeEmail', email: 'ada.moss@example.test' } as const;
      const run = () => shop.activities.stepOrder({ orderId, ...BY_ANNA, step });
      return { orderId, run, payload: { to: step.email } };
    },
  },
  refund_withdrawn: {
    'a failed refund that staff withdrew': async () => {
      const { orderId } = (await orders.paid()).order;
      const refundId = await requested(orderId, { amountCents: 1000 });
      await shop.activities.recordRefund({ refundId, attempt: 1, stripeRefundId: null, status: 'failed' });
      const run = () => shop.activities.withdrawRefund({ refundId, requestedBy: 'Anna', reason: 'as asked' });
      return { orderId, run, payload: { refundId, message: 'as asked' } };
    },
    'a return that its shopper withdrew': async () => {
      const { orderId } = (await orders.shipped()).order;
      const { JWT_SECRET } = shop.services.settings;
      const requestId = randomUUID();
      const asGuest = proveActor(JWT_SECRET, GUEST, refundSubject(refundIdOf(orderId, requestId)));
      const { refundId } = await orders.refunded(orderId, { requestId, ...asGuest });
      const sender = proveActor(JWT_SECRET, GUEST, decisionSubject(refundId, 'withdraw'));
      const run = () => shop.activities.withdrawRefund({ refundId, reason: 'It fits', ...sender });
      return { orderId, run, payload: { refundId } };
    },
  },
  refund_failed: {
    'a refund that the bank returned after it had succeeded': async () => {
      const { orderId, refundId, sent } = await announced();
      const run = () => shop.activities.recordRefund({ ...sent, status: 'failed', failureReason: 'declined' });
      return { orderId, run, payload: { refundId } };
    },
  },
  refund_given_up: {
    'a refund that the bank returned and that was paid another way': async () => {
      const { orderId, refundId, sent } = await announced();
      await shop.activities.recordRefund({ ...sent, status: 'failed' });
      // A second attempt does not change what the customer was notified of.
      await shop.activities.retryRefund({ refundId, ...BY_ANNA });
      await shop.activities.recordRefund({ refundId, attempt: 2, stripeRefundId: null, status: 'failed' });
      const run = () => shop.activities.giveUpRefund({ refundId, ...BY_ANNA });
      return { orderId, run, payload: { refundId } };
    },
  },
  dispute_opened: {
    'a chargeback': async () => {
      const { order, paymentIntentId } = await orders.paid();
      const { orderId } = order;
      const disputeId = await chargeBack(shop, { intentId: paymentIntentId });
      return { orderId, run: () => shop.activities.reconcilePayment({ orderId }), payload: { disputeId } };
    },
    'an inquiry that becomes a chargeback': async () => {
      const { orderId, disputeId } = await disputed({ status: 'warning_needs_response' });
      return { orderId, run: () => shop.activities.reconcilePayment({ orderId }), payload: { disputeId } };
    },
  },
  dispute_due: {
    'two days before the deadline': async () => {
      const { orderId, disputeId } = await disputed({ daysLeft: 1.9 });
      return { orderId, run: () => remindOfDisputes(shop.services.db), payload: { disputeId } };
    },
  },
};

/** A refund that succeeded at Stripe. `sent`: what Stripe reports of it. */
async function announced() {
  const { orderId } = (await orders.paid()).order;
  const refundId = await requested(orderId, { amountCents: 1000 });
  const sent = { refundId, attempt: 1, stripeRefundId: `re_${refundId}` };
  await shop.activities.recordRefund({ ...sent, status: 'succeeded' });
  return { orderId, refundId, sent };
}

it('nothing is emailed when a refund fails or is given up that the customer was never notified of', async () => {
  const { orderId } = (await orders.paid()).order;
  const before = await mailsOf(orderId);
  const refundId = await requested(orderId, { amountCents: 1000 });
  await shop.activities.recordRefund({ refundId, attempt: 1, stripeRefundId: `re_${refundId}`, status: 'pending' });
  await shop.activities.recordRefund({ refundId, attempt: 1, stripeRefundId: `re_${refundId}`, status: 'failed' });
  await shop.activities.giveUpRefund({ refundId, ...BY_ANNA });
  expect(await mailsOf(orderId)).toEqual(before);
});

/** A paid order with a recorded chargeback, whose status and deadline are then changed. @param of.daysLeft until its deadline */
async function disputed(
  of: { status?: string; daysLeft?: number } = {},
): Promise<{ orderId: string; disputeId: string }> {
  const { order, paymentIntentId } = await orders.paid();
  const { orderId } = order;
  const disputeId = await chargeBack(shop, { intentId: paymentIntentId });
  await shop.activities.reconcilePayment({ orderId });
  const { status = 'needs_response', daysLeft = 5 } = of;
  await shop.services.db.run(
    `update disputes set status = $2, evidence_due_by = now() + make_interval(secs => $3), reminded_at = null where id = $1`,
    [disputeId, status, daysLeft * 86_400],
  );
  return { orderId, disputeId };
}

/** A support lead's decision, signed in at the shop. */
function decides(refundId: string, decision: 'approve' | 'reject'): () => Promise<unknown> {
  const actor = `support_lead:${randomUUID()}`;
  const proof = proveActor(shop.services.settings.JWT_SECRET, actor, decisionSubject(refundId, decision));
  return () => shop.activities.decideRefund({ refundId, decision, reason: 'as agreed', ...proof });
}

it('every kind of email is queued by a step in this list', () => {
  expect(Object.keys(STEPS).sort()).toEqual([...MAIL_KINDS].sort());
});

const steps = Object.entries(STEPS).flatMap(([kind, ways]) =>
  Object.entries(ways).map(([way, prepare]) => ({ kind: kind as MailKind, way, prepare })),
);
it.each(steps)('$kind is mailed once: $way', async ({ kind, prepare }) => {
  const { orderId, run, payload = {}, next } = await prepare();
  const before = await mailsOf(orderId);
  await run();
  const expected = [...before, { kind, ...payload }, ...(next ? [next] : [])];
  expect(await mailsOf(orderId)).toEqual(expected);
  await Promise.all([run(), run(), run()]);
  expect(await mailsOf(orderId)).toEqual(expected);
});

it.each(steps)(
  '$kind is mailed once when its step is run several times at the same moment: $way',
  async ({ kind, prepare }) => {
    const { orderId, run, payload = {}, next } = await prepare();
    const before = await mailsOf(orderId);
    await Promise.all([run(), run(), run()]);
    expect(await mailsOf(orderId)).toEqual([...before, { kind, ...payload }, ...(next ? [next] : [])]);
  },
);

it('the first declined payment is emailed, and none after it', async () => {
  const { orderId } = (await orders.opened()).order;
  const { paymentIntentId } = await shop.activities.createPayment({ orderId, amountCents: 2500, currency: 'usd' });
  const facts = { paymentIntentId, status: 'open', receivedCents: 0, currency: 'usd' } as const;
  for (const attempt of ['first', 'second', 'third']) {
    const failure = { attemptId: `ch_${attempt}_${orderId}`, code: 'card_declined', message: `The ${attempt} one.` };
    await recordPayment(shop.services.db, orderId, { ...facts, failure });
    await shop.activities.applyPayments({ orderId });
  }
  expect(await mailsOf(orderId)).toEqual([{ kind: 'payment_refused', message: 'The first one.' }]);
});

it.each([
  ['is not due soon', { daysLeft: 2.1 }],
  ['is overdue', { daysLeft: -1 }],
  ['has a response', { status: 'under_review', daysLeft: 1 }],
  ['is decided', { status: 'won', daysLeft: 1 }],
])('staff are not reminded of a chargeback that %s', async (_, of) => {
  const { orderId, disputeId } = await disputed(of);
  await remindOfDisputes(shop.services.db);
  expect((await mailsOf(orderId)).map(({ kind }) => kind)).not.toContain('dispute_due');
  await shop.services.db.run(`update disputes set status = 'needs_response' where id = $1`, [disputeId]);
});

it('staff are not reminded of a chargeback whose first email says the same', async () => {
  const { orderId } = await disputed();
  const { db } = shop.services;
  const [dispute] = await db.rows<{ id: string; reason: string }>(
    'delete from disputes where order_id = $1 returning id, reason',
    [orderId],
  );
  const late = {
    disputeId: dispute!.id,
    amountCents: 2500,
    currency: 'usd',
    reason: dispute!.reason,
    status: 'needs_response',
    evidenceDueBy: new Date(Date.now() + 86_400_000),
    hasEvidence: false,
    submissions: 0,
  };
  await recordFound(db, orderId, { refunds: [], disputes: [late] });
  await remindOfDisputes(db);
  const kinds = (await mailsOf(orderId)).map(({ kind }) => kind);
  expect(kinds).toEqual(['order_paid', 'dispute_opened', 'dispute_opened']);
});

it('nothing is emailed for a step that was refused or changed nothing', async () => {
  const { order } = await orders.paid();
  const { orderId } = order;
  const before = await mailsOf(orderId);
  await shop.activities.closeOrder({ orderId, to: 'expired' });
  const step = { action: 'markDelivered' } as const;
  expect((await shop.activities.stepOrder({ orderId, ...BY_ANNA, step })).outcome).toBe('refused');
  await requested(orderId, { amountCents: 1000 });
  expect(await mailsOf(orderId)).toEqual(before);
});
