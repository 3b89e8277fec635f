/**
 * `node tests/save-histories.ts RELEASE [orders|recommendations]`: buys, or trains, on a separate shop and saves the workflows' histories as
 * `workflows/FEATURE/histories/RELEASE-NAME.bin`, which `workflows/replay.workflow.test.ts` replays, so that a change that would break
 * running workflows fails the build. Run this at each release; see “Changing workflows” in docs/operations.md.
 */
import { readSettings } from '../infra/config.ts';
import { plainProgress } from '../infra/plain-progress.ts';
import { connectServices } from '../infra/services.ts';
import { startShop } from '../local/stack/shop.ts';
import { orderWorkflowId } from '../workflows/order/messages.ts';
import { refundWorkflowId } from '../workflows/refund/messages.ts';
import { reservationWorkflowId } from '../workflows/reservation/messages.ts';
import { Desk } from './support/desk.ts';
import { saveRetrainingHistories } from './support/retraining-histories.ts';
import { type SavedFeature, saveHistory } from './support/save-history.ts';
import { CARDS, createProduct, Shopper, until } from './support/shop.ts';

const [release, group = 'orders'] = process.argv.slice(2);
if (!release || !/^[\w.]+$/.test(release) || !['orders', 'recommendations'].includes(group)) {
  console.error('Usage: node tests/save-histories.ts RELEASE [orders|recommendations], such as: … 1.4.0');
  process.exit(2);
}
const shop = await startShop({
  profile: 'histories',
  fresh: true,
  parts: ['stripe', 'mailbox', 'worker', 'api'],
  seed: null,
  settings: { RATE_LIMIT_ENABLED: 'false', RESERVATION_SECONDS: '8', RESERVATION_GRACE_SECONDS: '1' },
  onProgress: plainProgress((line) => console.error(line)),
});
const services = await connectServices({ ...readSettings({ ...shop.environment }), LOG_LEVEL: 'silent' }, 'histories');
const url = `http://127.0.0.1:${shop.environment.API_PORT}`;

/** A paid order's workflow keeps running. */
const STAYS = { ended: false };

/** @param ended whether to wait for the workflow to complete; a running one must be able to continue after a release */
async function save(feature: SavedFeature, name: string, workflowId: string, ended = true): Promise<void> {
  const handle = services.temporal.workflow.getHandle(workflowId);
  if (ended) await handle.result();
  await saveHistory(services, handle, feature, `${release}-${name}`);
}

type Begun = Awaited<ReturnType<Shopper['order']>>;

async function order(
  name: string,
  then: (buyer: Shopper, begun: Begun) => Promise<unknown>,
  { ended = true, price = '12.50' } = {},
): Promise<void> {
  const product = await createProduct(services, { price });
  const buyer = new Shopper(url);
  const begun = await buyer.order(product.id);
  await then(buyer, begun);
  await save('order', name, orderWorkflowId(begun.order.id), ended);
  const row = await services.db.row<{ id: string }>('select reservation_id as id from orders where id = $1', [
    begun.order.id,
  ]);
  await save('reservation', name, reservationWorkflowId(row!.id));
}

/** Saves workflows that are still waiting. */
async function saveRunning(): Promise<void> {
  const product = await createProduct(services);
  const waiting = await new Shopper(url).order(product.id);
  await save('order', 'waiting', orderWorkflowId(waiting.order.id), false);
  const row = await services.db.row<{ id: string }>('select reservation_id as id from orders where id = $1', [
    waiting.order.id,
  ]);
  await save('reservation', 'waiting', reservationWorkflowId(row!.id), false);

  const buyer = new Shopper(url);
  const declined = await buyer.order(product.id);
  await buyer.pay(declined, CARDS.declined);
  await until(
    async () => (await buyer.call('GET', `/orders/${declined.order.id}`)).body.last_payment_error,
    'the decline',
  );
  await save('order', 'waiting-after-decline', orderWorkflowId(declined.order.id), false);
  await buyer.pay(declined);
  await buyer.untilStatus(declined.order.id, 'paid');

  await fetch(`${shop.environment.STRIPE_API_URL}/local/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ target: 'refund', kind: 'pending', delay_ms: 600_000 }),
  });
  await buyer.call(
    'POST',
    `/orders/${declined.order.id}/refunds`,
    { amount: 3, reason: 'late' },
    { 'idempotency-key': 'pending' },
  );
  const isPending = async () =>
    (await buyer.call('GET', `/orders/${declined.order.id}`)).body.status === 'partially_refunded';
  await until(isPending, 'the refund to be pending');
  await save('refund', 'pending-at-stripe', refundWorkflowId(declined.order.id, 'pending'), false);
}

async function pay(buyer: Shopper, begun: Begun): Promise<void> {
  await buyer.pay(begun);
  await buyer.untilStatus(begun.order.id, 'paid');
}

/** Waits because the history of a workflow that has just started is not worth replaying. */
async function untilItWaits(workflowId: string): Promise<void> {
  const handle = services.temporal.workflow.getHandle(workflowId);
  const refund = async () => (await handle.query<{ refund?: object }>('case')).refund;
  await until(refund, `${workflowId} to load its refund`);
}

/** Saves workflows with the actions of support staff on orders and refunds. */
async function saveSupport(): Promise<void> {
  const desk = new Desk(services);
  const deliverAndReturn = async (buyer: Shopper, begun: Begun) => {
    const { id } = begun.order;
    await desk.order(id, 'extendReservation', { minutes: 1 });
    await pay(buyer, begun);
    await desk.order(id, 'putUnderReview');
    await desk.order(id, 'endReview');
    await desk.order(id, 'refund', { requestId: 'part', amount: 2 });
    await save('refund', 'asked-at-the-order', refundWorkflowId(id, 'part'));
    await desk.order(id, 'markShipped', { carrier: 'UPS', trackingNumber: '1Z9' });
    await desk.order(id, 'markDelivered');
    await buyer.call(
      'POST',
      `/orders/${id}/refunds`,
      { all: true, reason: 'too small' },
      { 'idempotency-key': 'return' },
    );
    await untilItWaits(refundWorkflowId(id, 'return'));
    await save('refund', 'awaiting-return', refundWorkflowId(id, 'return'), false);
    await desk.refund(id, 'return', 'returnReceived', { restock: true });
    await save('refund', 'returned', refundWorkflowId(id, 'return'));
  };
  await order('delivered-then-returned', deliverAndReturn);
  const cancel = async (buyer: Shopper, begun: Begun) => {
    await pay(buyer, begun);
    await buyer.call('POST', `/orders/${begun.order.id}/cancel`);
  };
  await order('canceled-when-paid', cancel);
  const big = async (buyer: Shopper, begun: Begun) => {
    await pay(buyer, begun);
    const reason = 'too big';
    await buyer.call('POST', `/orders/${begun.order.id}/refunds`, { all: true, reason }, { 'idempotency-key': 'big' });
    await untilItWaits(refundWorkflowId(begun.order.id, 'big'));
    await save('refund', 'awaiting-approval', refundWorkflowId(begun.order.id, 'big'), false);
  };
  await order('refund-awaits-approval', big, { ended: false, price: '150.00' });
  const doomed = async (buyer: Shopper, begun: Begun) => {
    const { id } = begun.order;
    await buyer.pay(begun, CARDS.refundPendingThenFails);
    await buyer.untilStatus(id, 'paid');
    await desk.order(id, 'refund', { requestId: 'doomed', all: true });
    const failed = async () => (await buyer.call('GET', `/orders/${id}/refunds`)).body.items[0]?.status === 'failed';
    await until(failed, 'the bank to decline the refund');
    await desk.refund(id, 'doomed', 'retry');
    await until(failed, 'the bank to decline the retry');
    await save('refund', 'failed', refundWorkflowId(id, 'doomed'), false);
  };
  await order('refund-failed', doomed, { ended: false });
}

async function saveOrders(): Promise<void> {
  await order(
    'paid',
    async (buyer, begun) => {
      await pay(buyer, begun);
      await buyer.call(
        'POST',
        `/orders/${begun.order.id}/refunds`,
        { amount: 5, reason: 'scratched' },
        { 'idempotency-key': 'part' },
      );
      await save('refund', 'part', refundWorkflowId(begun.order.id, 'part'));
    },
    STAYS,
  );
  await order(
    'declined-then-paid',
    async (buyer, begun) => {
      await buyer.pay(begun, CARDS.declined);
      await until(
        async () => (await buyer.call('GET', `/orders/${begun.order.id}`)).body.last_payment_error,
        'the decline',
      );
      await pay(buyer, begun);
    },
    STAYS,
  );
  await order('canceled', (buyer, begun) => buyer.call('POST', `/orders/${begun.order.id}/cancel`));
  await order('expired', async () => {});
  await saveRunning();
  await saveSupport();
  const product = await createProduct(services);
  const buyer = new Shopper(url);
  const reserved = await buyer.reserve([{ productId: product.id }]);
  await buyer.call('DELETE', `/reservations/${reserved.body.id}`);
  await save('reservation', 'released', reservationWorkflowId(reserved.body.id));
}

try {
  if (group === 'orders') await saveOrders();
  else
    await saveRetrainingHistories(services, (handle, name) =>
      saveHistory(services, handle, 'recommendations', `${release}-${name}`),
    );
} finally {
  await services.close();
  await shop.stop();
}
