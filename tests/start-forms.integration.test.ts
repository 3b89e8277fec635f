/** Whatever someone enters in the Temporal UI's start form, the workflow ends with a sentence that says what to do. */
import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Failures } from '../activities/audit/failures.ts';
import { endStrayStarts } from '../activities/audit/stray-starts.ts';
import { WORKFLOW_TYPES, type WorkflowType, wrongQueueText } from '../domain/workflow-types.ts';
import * as workflows from '../workflows/index.ts';
import { AUDIT_SCHEDULE_ID, SWEEP_SCHEDULE_ID } from '../workflows/maintenance/messages.ts';
import { orderWorkflowId } from '../workflows/order/messages.ts';
import { detailsOf } from './support/details.ts';
import { NOT_REPLAYED } from './support/replay.ts';
import { startTestShop, type TestShop, until } from './support/shop.ts';
import { withTestWorker } from './support/test-workflows.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
  // The tests sweep themselves.
  await shop.services.temporal.schedule.getHandle(SWEEP_SCHEDULE_ID).pause('a test sweeps itself');
});
afterAll(async () => {
  await shop?.services.temporal.schedule.getHandle(SWEEP_SCHEDULE_ID).unpause();
  await shop?.stop();
});

async function started(type: string, taskQueue: string, ...args: unknown[]): Promise<WorkflowHandle> {
  // A replay runs on a task queue of its own, where a type that was refused because of its queue is accepted.
  const isWrong = wrongQueueText(type, taskQueue) !== undefined;
  const workflowId = `${isWrong ? NOT_REPLAYED : ''}form-${randomUUID()}`;
  return shop.services.temporal.workflow.start(type, { workflowId, taskQueue, args });
}

/** @returns the sentence of a workflow that failed at once; its page shows the same */
async function refusalOf(handle: WorkflowHandle): Promise<string> {
  const { temporal } = shop.services;
  const error: unknown = await temporal
    .withDeadline(Date.now() + 10_000, () => handle.result())
    .then(
      (result: unknown) => new Error(`completed: ${JSON.stringify(result)}`),
      (thrown) => thrown,
    );
  if (!(error instanceof WorkflowFailedError)) throw error;
  const sentence = error.cause!.message;
  const page = (await detailsOf(handle)).replaceAll('\\', '').replaceAll('`', '');
  expect(page).toContain('**Nothing was started.**');
  expect(page).toContain(sentence.replaceAll('`', ''));
  return sentence;
}

const NONSENSE = [[], [null], ['text'], [7], [[]], [{}], [{ foo: 1 }], [{ 'ada@example.test': 1 }]];
const UUID = '0b7f2b9e-5d1c-4a3e-9f60-2f1c8d7e6a55';

describe('a form', () => {
  it.each<WorkflowType>(['refund', 'reindexProduct', 'retryStopped'])(
    'for %s with empty data, a wrong type, or unknown fields says what is missing, with an example',
    async (type) => {
      for (const args of NONSENSE) {
        const sentence = await refusalOf(await started(type, WORKFLOW_TYPES[type], ...args));
        expect(sentence).toMatch(/Send one JSON object\.|is required\.|is not a valid field\.|name is not valid\./);
        expect(sentence).toContain('For example: {');
        expect(sentence).not.toContain('ada@');
      }
    },
  );

  it.each([
    ['refund', { orderId: `order-${UUID}` }, '“orderId” (the order’s ID, without “order-”) is required.'],
    ['refund', { orderId: UUID, amount: '5' }, '“amount” must be a number greater than 0'],
    ['refund', { orderId: UUID, lines: 'MUG-1' }, '“lines” must be a list'],
    ['refund', { orderId: UUID, restock: 'yes' }, '“restock” must be true or false.'],
    ['refund', { orderId: UUID, refundId: UUID }, '“refundId” is not a valid field.'],
    ['reindexProduct', { product: 5 }, '“product” (the SKU or ID) is required.'],
    ['retryStopped', { requestedBy: 'Anna' }, '“reason” (why, in a few words) is required.'],
    ['recommendationRetraining', { publishAnyway: 'yes' }, '“publishAnyway” must be true or false.'],
    ['recommendationRetraining', 'now', 'Send one JSON object.'],
    ['overdueSweep', { now: true }, 'overdueSweep takes no data.'],
    ['nightlyAudit', 'all', 'nightlyAudit takes no data.'],
  ] satisfies [WorkflowType, unknown, string][])('for %s with %j says: %s', async (type, input, expected) => {
    expect(await refusalOf(await started(type, WORKFLOW_TYPES[type], input))).toContain(expected);
  });

  it.each<WorkflowType>(['order', 'reservation', 'unmatchedPayment'])(
    'for %s, which only the shop starts, says what to do instead',
    async (type) => {
      const inputs = [...NONSENSE, [{ orderId: UUID, reservationId: UUID, paymentIntentId: 'pi_1', resume: true }]];
      for (const args of inputs) {
        const sentence = await refusalOf(await started(type, 'orders', ...args));
        expect(sentence).toContain(`The shop starts ${type} itself.`);
      }
    },
  );

  it('for an order that does not exist completes with the reason as its result', async () => {
    const handle = await started('refund', 'orders', { orderId: randomUUID(), all: true });
    expect(await handle.result()).toMatch(/^Refused: Order .* was not found\.$/);
    expect(await detailsOf(handle)).toContain('was not found.');
  });

  it('with an unknown workflow type names those that staff start', async () => {
    for (const queue of ['orders', 'catalog', 'recommendations']) {
      expect(await refusalOf(await started('Refund', queue, { orderId: UUID }))).toBe(
        'There is no workflow type “Refund”. Use refund, reindexProduct, retryStopped, or recommendationRetraining.',
      );
    }
  });

  it('with a queue of the shop that does not run the type names the right one', async () => {
    for (const [type, right] of Object.entries(WORKFLOW_TYPES)) {
      const wrong = right === 'orders' ? 'catalog' : 'orders';
      expect(await refusalOf(await started(type, wrong, { orderId: UUID }))).toBe(
        `The task queue “${wrong}” does not run ${type}. Start it again with the queue ${right}.`,
      );
    }
  });
});

describe('a start on a queue that no worker polls', () => {
  const sweepStrays = async (now = new Date(Date.now() + 60_000), isPolled?: () => Promise<boolean>) => {
    const failures = new Failures('sweep', shop.services.log);
    await endStrayStarts(shop.services, { failures, onProgress: () => {} }, { now, isPolled });
    failures.throwIfAny();
  };
  const statusOf = async (handle: WorkflowHandle) => (await handle.describe()).status.name;
  const isListed = async (handle: WorkflowHandle) => {
    for await (const _ of shop.services.temporal.workflow.list({ query: `WorkflowId = "${handle.workflowId}"` }))
      return true;
    return false;
  };

  it.each([
    ['order', 'refund', 'No worker polls the task queue “order”. Start it again with the queue orders.'],
    ['payments', 'refund', 'No worker polls the task queue “payments”. Start it again with the queue orders.'],
    [
      'catalogue',
      'reindexProduct',
      'No worker polls the task queue “catalogue”. Start it again with the queue catalog.',
    ],
    ['orders ', 'Refund', 'No worker polls the task queue “orders ”. Start it again with the queue orders.'],
  ])('“%s” is ended with the reason', async (queue, type, reason) => {
    const handle = await started(type, queue, { orderId: UUID });
    await until(() => isListed(handle), 'the workflow to be listed');
    await sweepStrays(new Date());
    expect(await statusOf(handle)).toBe('RUNNING');
    await until(async () => {
      await sweepStrays();
      return (await statusOf(handle)) === 'TERMINATED';
    }, 'the workflow to be ended');
    const { events } = await handle.fetchHistory();
    expect(events?.at(-1)?.workflowExecutionTerminatedEventAttributes?.reason).toBe(reason);
  });

  it('is ended by the sweep that runs every minute', async () => {
    const handle = await started('refund', `mistyped-${randomUUID()}`, { orderId: UUID });
    await until(
      async () => {
        await shop.services.temporal.workflow.execute('overdueSweep', {
          workflowId: `sweep-${randomUUID()}`,
          taskQueue: 'catalog',
        });
        return (await statusOf(handle)) === 'TERMINATED';
      },
      'the sweep to end it',
      60_000,
    );
  }, 70_000);

  it('leaves workflows alone whose queue has a worker, that ran before, or that are Temporal’s own', async () => {
    const { services } = shop;
    let ran: WorkflowHandle | undefined;
    await withTestWorker(services, 'shown.ts', {}, async ({ taskQueue, newWorkflowId }) => {
      const options = { workflowId: newWorkflowId(), taskQueue };
      ran = await services.temporal.workflow.start('shown', options);
      await detailsOf(ran);
      await until(() => isListed(ran!), 'the workflow to be listed');
      await sweepStrays();
      expect(await statusOf(ran)).toBe('RUNNING');
    });
    await sweepStrays();
    await sweepStrays(new Date(Date.now() + 60_000), async () => false);
    expect(await statusOf(ran!)).toBe('RUNNING');
    await ran!.terminate('the test is over');
    const schedules = [SWEEP_SCHEDULE_ID, AUDIT_SCHEDULE_ID];
    for (const id of schedules) expect((await services.temporal.schedule.getHandle(id).describe()).scheduleId).toBe(id);
    const own = services.temporal.workflow.getHandle(`temporal-sys-scheduler:${SWEEP_SCHEDULE_ID}`);
    expect(await statusOf(own)).toBe('RUNNING');
  });
});

it('every workflow type has its task queue', () => {
  const types = Object.keys(workflows).filter((name) => name !== 'default');
  expect(Object.keys(WORKFLOW_TYPES).sort()).toEqual(types.sort());
});

it('the shop’s own starts are accepted', async () => {
  const orderId = randomUUID();
  const handle = await shop.services.temporal.workflow.start('order', {
    workflowId: orderWorkflowId(orderId),
    taskQueue: 'orders',
    args: [{ orderId, resume: true }],
  });
  expect(await handle.result()).toBe('not_begun');
});
