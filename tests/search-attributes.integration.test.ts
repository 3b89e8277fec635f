/** A case is found by the same search attributes whichever way its workflow was started. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMissingWorkflows } from '../activities/audit/missing-workflows.ts';
import { sweep } from '../activities/audit/sweep.ts';
import { createActivities } from '../activities/index.ts';
import { emailHash } from '../infra/email-hash.ts';
import { SWEEP_SCHEDULE_ID } from '../workflows/maintenance/messages.ts';
import { orderWorkflowId } from '../workflows/order/messages.ts';
import { refundWorkflowId } from '../workflows/refund/messages.ts';
import { reservationWorkflowId } from '../workflows/reservation/messages.ts';
import { unmatchedPaymentWorkflowId } from '../workflows/unmatched-payment/messages.ts';
import { signedIn } from './support/accounts.ts';
import { Desk } from './support/desk.ts';
import { atStripe, chargeBack, openOrder, type Sale, sell } from './support/sales.ts';
import { createProduct, startTestShop, type TestShop, until } from './support/shop.ts';
import { attributesOf, startAttributes } from './support/start-attributes.ts';

const DAY = '2026-03-04';
const CREATED_AT = `${DAY}T05:06:07Z`;

type SignedIn = Awaited<ReturnType<typeof signedIn>>;

let shop: TestShop;
let desk: Desk;
let buyer: SignedIn;
let support: SignedIn;
let lead: SignedIn;
// The scheduled sweep could resume an order before the test does.
const schedule = () => shop.services.temporal.schedule.getHandle(SWEEP_SCHEDULE_ID);
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
  desk = new Desk(shop.services);
  [buyer, support, lead] = await Promise.all([
    signedIn(shop),
    signedIn(shop, 'support'),
    signedIn(shop, 'support_lead'),
  ]);
  await schedule().pause('a test sweeps itself');
});
afterAll(async () => {
  await schedule().unpause();
  await shop.stop();
});

const today = () => new Date().toISOString().slice(0, 10);
const handleOf = (workflowId: string) => shop.services.temporal.workflow.getHandle(workflowId);
const terminate = (workflowId: string) => handleOf(workflowId).terminate('as an operator may');
const run = (statement: string, values: unknown[]) => shop.services.db.run(statement, values);

/** By which every case of an order is found. */
function traitsOf({ orderId, begun }: Sale) {
  return {
    OrderId: orderId,
    OrderNumber: begun.order.number as string,
    CustomerId: buyer.session.user.id,
    EmailHash: emailHash(shop.services.settings.EMAIL_HASH_KEY, begun.order.email),
  };
}

/** Waits for the attributes that a case has; other attributes fail. */
async function untilFoundBy(workflowId: string, expected: Record<string, unknown>): Promise<void> {
  const shown = () => attributesOf(shop.services, workflowId);
  const isShown = async () => expect(await shown()).toEqual(expected);
  await until(
    () =>
      isShown()
        .then(() => true)
        .catch(() => false),
    `${workflowId} to be found`,
    10_000,
  ).catch(isShown);
}

const sold = () => sell(shop, { buyer });
const opened = () => openOrder(shop, { buyer });

describe('an order', () => {
  it('that is new has its number once it is in the database, and the words of its status', async () => {
    const sale = await opened();
    const workflowId = orderWorkflowId(sale.orderId);
    const { OrderNumber, ...known } = traitsOf(sale);
    expect(OrderNumber).toMatch(/^[1-9]\d\d-\d{3}-\d{3}$/);
    expect(await startAttributes(shop.services, workflowId)).toEqual({
      ...known,
      Amount: 25,
      Day: today(),
      OrderStatus: 'pending',
    });
    const of = { OrderNumber, ...known, Amount: 25, Day: today() };
    await untilFoundBy(workflowId, { ...of, OrderStatus: 'pending' });
    await sale.buyer.pay(sale.begun);
    await untilFoundBy(workflowId, { ...of, OrderStatus: 'paid' });
    await desk.order(sale.orderId, 'putUnderReview');
    await untilFoundBy(workflowId, { ...of, OrderStatus: 'under review' });
    await desk.order(sale.orderId, 'endReview');
    await desk.order(sale.orderId, 'refund', { amount: 1 });
    await untilFoundBy(workflowId, { ...of, OrderStatus: 'partially refunded' });
  });

  it('has the hash of an email address that staff changed, and so have its open refunds', async () => {
    const sale = await sold();
    const of = traitsOf(sale);
    const lines = [{ product: sale.products[0]!.sku, quantity: 1 }];
    await desk.order(sale.orderId, 'markShipped', { carrier: 'UPS', trackingNumber: '1Z' });
    await desk.order(sale.orderId, 'refund', { requestId: 'back', lines, awaitReturn: true });
    const email = `changed-${randomUUID()}@example.test`;
    await desk.order(sale.orderId, 'changeEmail', { email });
    const hash = emailHash(shop.services.settings.EMAIL_HASH_KEY, email);
    expect(hash).not.toBe(of.EmailHash);
    for (const workflowId of [orderWorkflowId(sale.orderId), refundWorkflowId(sale.orderId, 'back')])
      await until(
        async () => (await attributesOf(shop.services, workflowId)).EmailHash === hash,
        `${workflowId} to have the hash of the new address`,
      );
  });

  it('has the hash of a changed email address once its records are loaded', async () => {
    const sale = await sold();
    const workflowId = orderWorkflowId(sale.orderId);
    const of = { ...traitsOf(sale), Amount: 25, Day: today(), OrderStatus: 'paid' };
    await untilFoundBy(workflowId, of);
    const { EMAIL_HASH_KEY } = shop.services.settings;
    for (const email of [`other-${randomUUID()}@example.test`, null]) {
      await run('update orders set email = $2 where id = $1', [sale.orderId, email]);
      await handleOf(workflowId).signal('orderChanged');
      // Without an address of its own, the order has its account's.
      const hash = emailHash(EMAIL_HASH_KEY, email ?? buyer.email);
      expect(hash).not.toBe(of.EmailHash);
      await untilFoundBy(workflowId, { ...of, EmailHash: hash });
    }
  });

  /** Each resumes the terminated workflow of an unpaid order. @returns the order's status afterwards */
  const RESUMED: Record<string, (sale: Sale) => Promise<string>> = {
    'for a payment': async (sale) => {
      await sale.buyer.pay(sale.begun);
      return 'paid';
    },
    'for a request': async (sale) => {
      await sale.buyer.call('POST', `/orders/${sale.orderId}/cancel`);
      return 'canceled';
    },
    'by the sweep': async ({ orderId }) => {
      await run(`update orders set expires_at = now() - interval '1 hour' where id = $1`, [orderId]);
      await sweep(shop.services);
      return 'expired';
    },
    'at the start form of the Temporal Web UI': async ({ orderId }) => {
      await createActivities(shop.services).closeOrder({ orderId, to: 'canceled' });
      const workflow = { taskQueue: 'orders', workflowId: orderWorkflowId(orderId), args: [{ orderId, resume: true }] };
      await shop.services.temporal.workflow.start('order', workflow);
      return 'canceled';
    },
  };
  it.each(Object.keys(RESUMED))('that is resumed %s has the same', async (way) => {
    const sale = await opened();
    await run('update orders set created_at = $2 where id = $1', [sale.orderId, CREATED_AT]);
    const workflowId = orderWorkflowId(sale.orderId);
    await terminate(workflowId);
    const { runId } = await handleOf(workflowId).describe();
    const status = await RESUMED[way]!(sale);
    await until(async () => (await handleOf(workflowId).describe()).runId !== runId, 'the order to be resumed', 10_000);
    const of = { ...traitsOf(sale), Amount: 25, Day: DAY };
    // The start form can't set search attributes; the workflow adds them.
    expect(await startAttributes(shop.services, workflowId)).toEqual(
      way.includes('form') ? {} : { ...of, OrderStatus: 'pending' },
    );
    await untilFoundBy(workflowId, { ...of, OrderStatus: status });
  });

  it('that is resumed by the audit has the same, also while a chargeback is open', async () => {
    const sale = await sold();
    await run('update orders set created_at = $2 where id = $1', [sale.orderId, CREATED_AT]);
    const workflowId = orderWorkflowId(sale.orderId);
    await chargeBack(shop, sale);
    await until(
      async () => (await attributesOf(shop.services, workflowId)).DisputeStatus,
      'the chargeback to be found',
    );
    const { DisputeStatus, EvidenceDueBy } = await attributesOf(shop.services, workflowId);
    expect([DisputeStatus, EvidenceDueBy]).toEqual(['needs_response', expect.any(Date)]);
    await terminate(workflowId);
    await startMissingWorkflows(shop.services);
    const of = { ...traitsOf(sale), Amount: 25, Day: DAY };
    expect(await startAttributes(shop.services, workflowId)).toMatchObject(of);
    await untilFoundBy(workflowId, { ...of, OrderStatus: 'refunded', DisputeStatus, EvidenceDueBy });
  });

  it('keeps them when its workflow continues as a new run, without setting them again', async () => {
    const sale = await sold();
    const workflowId = orderWorkflowId(sale.orderId);
    const of = { ...traitsOf(sale), Amount: 25, Day: today(), OrderStatus: 'paid' };
    const { runId } = await handleOf(workflowId).describe();
    // Temporal suggests a new run from 4,096 events on.
    for (let sent = 0; sent < 4_200; sent += 50)
      await Promise.all(Array.from({ length: 50 }, () => handleOf(workflowId).signal('orderChanged')));
    await until(
      async () => (await handleOf(workflowId).describe()).runId !== runId,
      'the workflow to continue',
      30_000,
    );
    expect(await startAttributes(shop.services, workflowId)).toEqual(of);
    await handleOf(workflowId).signal('orderChanged');
    await untilFoundBy(workflowId, of);
    const { events } = await handleOf(workflowId).fetchHistory();
    expect(events!.filter((event) => event.upsertWorkflowSearchAttributesEventAttributes)).toEqual([]);
  }, 120_000);
});

describe('a refund', () => {
  const found = (sale: Sale, amount: number, day = today()) => ({ ...traitsOf(sale), Amount: amount, Day: day });
  const ask = (sale: Sale, request: object, key: string) =>
    support.call(
      'POST',
      `/orders/${sale.orderId}/refunds`,
      { reason: 'Broken', ...request },
      { 'idempotency-key': key },
    );

  it('requested through the API has them from the start, or its amount once it is known', async () => {
    const sale = await sold();
    await ask(sale, { amount: 7.5 }, 'part');
    const part = refundWorkflowId(sale.orderId, 'part');
    expect(await startAttributes(shop.services, part)).toEqual(found(sale, 7.5));
    await untilFoundBy(part, found(sale, 7.5));
    await ask(sale, { all: true }, 'rest');
    await untilFoundBy(refundWorkflowId(sale.orderId, 'rest'), found(sale, 17.5));
  });

  it('requested at the order, and of a canceled order, has them from the start', async () => {
    const sale = await sold();
    await desk.order(sale.orderId, 'refund', { requestId: 'part', amount: 7.5 });
    expect(await startAttributes(shop.services, refundWorkflowId(sale.orderId, 'part'))).toEqual(found(sale, 7.5));
    await desk.order(sale.orderId, 'cancel', { requestId: 'all' });
    expect(await startAttributes(shop.services, refundWorkflowId(sale.orderId, 'all'))).toEqual(found(sale, 17.5));
  });

  it('of a payment that arrived too late has them', async () => {
    const sale = await opened();
    const workflowId = refundWorkflowId(sale.orderId, 'paid-too-late');
    await terminate(orderWorkflowId(sale.orderId));
    await createActivities(shop.services).closeOrder({ orderId: sale.orderId, to: 'expired' });
    await sale.buyer.pay(sale.begun);
    await until(() => startAttributes(shop.services, workflowId).catch(() => undefined), 'the refund to start');
    const { Amount, ...known } = found(sale, 25);
    expect(await startAttributes(shop.services, workflowId)).toEqual(known);
    await untilFoundBy(workflowId, { ...known, Amount });
  });

  it('from the start form of the Temporal Web UI sets them itself', async () => {
    const sale = await sold();
    const workflowId = `refund-ticket-${randomUUID()}`;
    const args = [{ orderId: sale.orderId, amount: 5 }];
    await shop.services.temporal.workflow.start('refund', { taskQueue: 'orders', workflowId, args });
    await untilFoundBy(workflowId, found(sale, 5));
  });

  /** A terminated refund that awaits approval. */
  async function waiting(): Promise<{ sale: Sale; refundId: string; workflowId: string }> {
    const sale = await sell(shop, { buyer, lines: [{ price: '75.00', quantity: 2 }] });
    const refundId = (await ask(sale, { amount: 120 }, 'big')).body.refund.id;
    const workflowId = refundWorkflowId(sale.orderId, 'big');
    await untilFoundBy(workflowId, { ...found(sale, 120), NeedsApproval: true });
    await terminate(workflowId);
    await run('update refunds set created_at = $2 where id = $1', [refundId, CREATED_AT]);
    return { sale, refundId, workflowId };
  }

  it('that awaits approval and is resumed by the audit has the same, until it is decided', async () => {
    const { sale, refundId, workflowId } = await waiting();
    await startMissingWorkflows(shop.services);
    expect(await startAttributes(shop.services, workflowId)).toEqual(found(sale, 120, DAY));
    await untilFoundBy(workflowId, { ...found(sale, 120, DAY), NeedsApproval: true });
    await lead.call('POST', `/refunds/${refundId}/reject`, { reason: 'No' });
    await untilFoundBy(workflowId, found(sale, 120, DAY));
  });

  it('that is resumed by a decision has the same', async () => {
    const { sale, refundId, workflowId } = await waiting();
    await lead.call('POST', `/refunds/${refundId}/approve`, { reason: 'Yes' });
    expect(await startAttributes(shop.services, workflowId)).toEqual(found(sale, 120, DAY));
    await untilFoundBy(workflowId, found(sale, 120, DAY));
  });

  it('that is resumed for an event from Stripe has the same, and shows a failure as stuck', async () => {
    const sale = await sold();
    const workflowId = refundWorkflowId(sale.orderId, 'failing');
    await atStripe(shop, 'faults', { target: 'refund', kind: 'pending', outcome: 'failed', delay_ms: 3_000 });
    await ask(sale, { amount: 6 }, 'failing');
    await until(async () => (await desk.case(workflowId)).refund?.stripeRefundId, 'the refund to be sent');
    await terminate(workflowId);
    const isResumed = async () => (await handleOf(workflowId).describe()).status.name === 'RUNNING';
    await until(isResumed, 'the event to resume the refund', 20_000);
    expect(await startAttributes(shop.services, workflowId)).toEqual(found(sale, 6));
    await until(
      async () => (await attributesOf(shop.services, workflowId)).StuckSince,
      'the failure to be found',
      10_000,
    );
    expect(await desk.refund(sale.orderId, 'failing', 'giveUp')).toMatchObject({ status: 'failed' });
    await untilFoundBy(workflowId, found(sale, 6));
  }, 60_000);
});

describe('an unmatched payment', () => {
  it('has them from the start, and its amount and day once it is loaded', async () => {
    const sale = await sold();
    const { stripe } = shop.services;
    const metadata = { order_id: sale.orderId };
    const { id } = await stripe.paymentIntents.create({ amount: 900, currency: 'usd', metadata });
    await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa', return_url: 'http://127.0.0.1/return' });
    const workflowId = unmatchedPaymentWorkflowId(id);
    await until(() => startAttributes(shop.services, workflowId).catch(() => undefined), 'the refund to start');
    expect(await startAttributes(shop.services, workflowId)).toEqual(traitsOf(sale));
    await untilFoundBy(workflowId, { ...traitsOf(sale), Amount: 9, Day: today() });
  });

  it('that is resumed by the audit has them from the start', async () => {
    const sale = await sold();
    const paymentIntentId = `pi_unmatched_${sale.orderId}`;
    await run(
      `insert into payments (id, order_id, status, received_amount, currency, unmatched_reason, created_at)
       values ($1, $2, 'succeeded', 12.5, 'usd', 'other_intent', $3)`,
      [paymentIntentId, sale.orderId, CREATED_AT],
    );
    await startMissingWorkflows(shop.services);
    const workflowId = unmatchedPaymentWorkflowId(paymentIntentId);
    expect(await startAttributes(shop.services, workflowId)).toEqual({ ...traitsOf(sale), Amount: 12.5, Day: DAY });
    await terminate(workflowId);
    await run('delete from payments where id = $1', [paymentIntentId]);
  });
});

it('a reservation is found by its customer, because a customer who has no order yet has no number', async () => {
  const product = await createProduct(shop.services);
  const { body } = await buyer.reserve([{ productId: product.id }]);
  expect(await startAttributes(shop.services, reservationWorkflowId(body.id))).toEqual({
    CustomerId: buyer.session.user.id,
  });
  await buyer.call('DELETE', `/reservations/${body.id}`);
});
