/**
 * Every workflow's message handlers are safe when many messages arrive at once: sends 50 of each in random order to workflows in each of
 * their states, with activities of random duration. Afterwards every history must replay.
 *
 * The seed is printed; STORM_SEED=… repeats the order of the messages.
 */
import { randomInt, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createActivities } from '../activities/index.ts';
import { Random } from '../domain/random.ts';
import type { Services } from '../infra/services.ts';
import { buildWorkflowBundle } from '../worker/bundle.ts';
import { startWorker } from '../worker/worker.ts';
import * as workflows from '../workflows/index.ts';
import { orderWorkflowId } from '../workflows/order/messages.ts';
import { RETRAINING_ID, RETRAINING_QUEUE } from '../workflows/recommendations/messages.ts';
import { refundWorkflowId } from '../workflows/refund/messages.ts';
import { reservationWorkflowId } from '../workflows/reservation/messages.ts';
import { unmatchedPaymentWorkflowId } from '../workflows/unmatched-payment/messages.ts';
import { SAMPLES, WITHOUT_MESSAGES } from './storm/samples.ts';
import { failedTasks, handlersOf, type StormTarget, storm, withRandomDelays } from './storm/storm.ts';
import { describeReplay, replayServer } from './support/replay.ts';
import { startRetrainingShop } from './support/retraining.ts';
import { atStripe } from './support/sales.ts';
import { type AnyBody, CARDS, createProduct, Shopper, startTestShop, type TestShop, until } from './support/shop.ts';

const seed = Number(process.env.STORM_SEED) || randomInt(1, 1_000_000_000);
const workflowBundle = buildWorkflowBundle();
const TIMEOUT_MS = 240_000;

/** Sends the storm, then checks the resulting histories and records. */
async function survive(services: Services, target: StormTarget, during = async () => {}): Promise<void> {
  console.log(`storm: ${target.type} ${target.workflowId}, STORM_SEED=${seed}`);
  const random = new Random(seed);
  const [problems] = await Promise.all([storm(services, target, random), during()]);
  expect({ problems, failedTasks: await failedTasks(services, target.workflowId) }).toEqual({
    problems: [],
    failedTasks: [],
  });
  // Refund workflows that the order started have the order's ID in theirs.
  const id = target.workflowId.split('-').slice(1, 6).join('-');
  const report = await replayServer(services.temporal, {
    settings: services.settings,
    workflowBundle: await workflowBundle,
    only: (workflowId) => workflowId === target.workflowId || workflowId.includes(id),
  });
  expect(describeReplay(report)).toMatch(/ replay$/);
  expect(report.replayed).toBeGreaterThan(0);
}

describe('orders, reservations, and refunds', () => {
  let shop: TestShop;
  beforeAll(async () => {
    // The retraining uses a separate shop, whose worker must be the only one on its queue.
    shop = await startTestShop(
      { RATE_LIMIT_ENABLED: false, TASK_QUEUES: ['orders', 'payments', 'catalog'] },
      withRandomDelays,
    );
  });
  afterAll(() => shop?.stop());

  async function order(price = '12.50'): Promise<{ buyer: Shopper; begun: AnyBody; target: StormTarget }> {
    const product = await createProduct(shop.services, { price, stock: 1_000 });
    const buyer = new Shopper(shop.api.url);
    const begun = await buyer.order(product.id, 3);
    const workflowId = orderWorkflowId(begun.order.id);
    return { buyer, begun, target: { type: 'order', workflowId, sku: product.sku } };
  }

  async function paid(card: string = CARDS.good, price?: string) {
    const ordered = await order(price);
    await ordered.buyer.pay(ordered.begun, card);
    await ordered.buyer.untilStatus(ordered.begun.order.id, 'paid');
    return ordered;
  }

  async function refund(card: string, price: string, request: object, status: string): Promise<StormTarget> {
    const { buyer, begun } = await paid(card, price);
    const { id } = begun.order;
    const key = randomUUID();
    await buyer.call('POST', `/orders/${id}/refunds`, { reason: 'storm', ...request }, { 'idempotency-key': key });
    const isThere = async () => (await buyer.call('GET', `/orders/${id}/refunds`)).body.items[0]?.status === status;
    await until(isThere, `the refund to be ${status}`);
    return { type: 'refund', workflowId: refundWorkflowId(id, key) };
  }

  it('every workflow type is in the storm or takes no messages', async () => {
    const types = Object.keys(workflows).filter((name) => name !== 'default');
    expect(new Set([...Object.keys(SAMPLES), ...WITHOUT_MESSAGES])).toEqual(new Set(types));
    const { workflow } = shop.services.temporal;
    for (const type of WITHOUT_MESSAGES) {
      const workflowId = `storm-${type}-${randomUUID()}`;
      const handle = await workflow.start(type, { workflowId, taskQueue: 'catalog', args: [{}] });
      await handle.result().catch(() => {});
      expect(await handlersOf(handle)).toEqual([]);
    }
  }, 60_000);

  it(
    'an order that is paid during the storm',
    async () => {
      const { buyer, begun, target } = await order();
      const pay = () => buyer.pay(begun);
      await survive(shop.services, { ...target, except: ['cancel'] }, pay);
    },
    TIMEOUT_MS,
  );

  it(
    'an order that is paid and canceled at the same time',
    async () => {
      const { buyer, begun, target } = await order();
      await survive(shop.services, target, () => buyer.pay(begun));
    },
    TIMEOUT_MS,
  );

  it(
    'a paid order',
    async () => {
      const { target } = await paid();
      await survive(shop.services, target);
    },
    TIMEOUT_MS,
  );

  it(
    'a reservation that is extended, and one that is released',
    async () => {
      for (const except of [['release'], []]) {
        const product = await createProduct(shop.services);
        const reserved = await new Shopper(shop.api.url).reserve([{ productId: product.id }]);
        const workflowId = reservationWorkflowId(reserved.body.id);
        await survive(shop.services, { type: 'reservation', workflowId, except });
      }
    },
    TIMEOUT_MS,
  );

  it(
    'a refund that awaits approval',
    async () => {
      await survive(shop.services, await refund(CARDS.good, '150.00', { all: true }, 'awaiting_approval'));
    },
    TIMEOUT_MS,
  );

  it(
    'a refund that the bank declined',
    async () => {
      await survive(shop.services, await refund(CARDS.refundPendingThenFails, '5.00', { all: true }, 'failed'));
    },
    TIMEOUT_MS,
  );

  it(
    'an unmatched payment whose refund the bank declined',
    async () => {
      const { begun } = await paid();
      const { stripe } = shop.services;
      await atStripe(shop, 'faults', { target: 'refund', kind: 'pending', outcome: 'failed', delay_ms: 500 });
      const { id } = await stripe.paymentIntents.create({
        amount: 900,
        currency: 'usd',
        metadata: { order_id: begun.order.id },
      });
      await stripe.paymentIntents.confirm(id, {
        payment_method: 'pm_card_visa',
        return_url: 'http://127.0.0.1/return',
      });
      const workflowId = unmatchedPaymentWorkflowId(id);
      const handle = shop.services.temporal.workflow.getHandle(workflowId);
      const isStopped = async () => (await handle.query<AnyBody>('case').catch(() => undefined))?.stopped;
      await until(isStopped, 'the refund to fail', 30_000);
      await survive(shop.services, { type: 'unmatchedPayment', workflowId });
      expect(await handle.result()).toBe('refunded');
    },
    TIMEOUT_MS,
  );
});

describe('the retraining', () => {
  it(
    'requested, canceled, and rolled back at the same time',
    async () => {
      const shop = await startRetrainingShop();
      const worker = await startWorker(shop.services, withRandomDelays(createActivities(shop.services)));
      try {
        const handle = await shop.services.temporal.workflow.start('recommendationRetraining', {
          workflowId: RETRAINING_ID,
          taskQueue: RETRAINING_QUEUE,
          args: [{ train: false }],
        });
        await until(() => handlersOf(handle), 'the retraining to start');
        await survive(shop.services, { type: 'recommendationRetraining', workflowId: RETRAINING_ID });
      } finally {
        await shop.services.temporal.workflow.getHandle(RETRAINING_ID).terminate('the storm is over');
        await worker.stop();
        await shop.stop();
      }
    },
    TIMEOUT_MS,
  );
});
