/** A workflow whose task keeps failing is shown to operators until a repaired build continues it. */
import { randomUUID } from 'node:crypto';
import { NativeConnection, Worker } from '@temporalio/worker';
import { register } from 'prom-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkWorkflows } from '../activities/audit/check-workflows.ts';
import { Failures } from '../activities/audit/failures.ts';
import { watchFailing } from '../activities/audit/watch-failing.ts';
import { listFailingWorkflows } from '../infra/postgres/failing-workflows.ts';
import { dataConverter } from '../infra/temporal/client.ts';
import { NOT_REPLAYED } from '../tests/support/replay.ts';
import { Shopper, startTestShop, type TestShop, until } from '../tests/support/shop.ts';
import { testWorkflowPath } from '../tests/support/test-workflows.ts';
import { type changed, goOnSignal } from '../tests/workflows/changed/before.ts';
import { buildWorkflowBundle } from './bundle.ts';
import { registerMetrics } from './metrics.ts';

const MINUTE_MS = 60_000;

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop();
  registerMetrics(shop.services);
});
afterAll(() => shop?.stop());

it('is found within a minute, listed, counted, and audited, and removed when it continues', async () => {
  const { settings, temporal, db } = shop.services;
  const connection = await NativeConnection.connect({ address: settings.TEMPORAL_ADDRESS });
  const taskQueue = randomUUID();
  const workflowId = `${NOT_REPLAYED}failing-${taskQueue}`;
  const withBuild = async <Result>(file: string, work: () => Promise<Result>): Promise<Result> => {
    const worker = await Worker.create({
      connection,
      namespace: settings.TEMPORAL_NAMESPACE,
      dataConverter: dataConverter(settings),
      taskQueue,
      workflowBundle: await buildWorkflowBundle(testWorkflowPath(file)),
    });
    return worker.runUntil(work);
  };
  const failing = async () => (await listFailingWorkflows(db)).find((each) => each.workflowId === workflowId);
  const metric = async () => (await register.getSingleMetric('workflows_failing')!.get()).values[0]!.value;
  const lookAgain = async () => {
    const failures = new Failures('test', shop.services.log);
    await watchFailing(shop.services, { failures, onProgress: () => {} });
    failures.throwIfAny();
  };
  const list = async () => (await new Shopper(shop.api.url).call('GET', '/support/lists')).body.items;
  const query = async () => (await list()).find((item: { name: string }) => item.name === 'failing').query;

  const handle = await temporal.workflow.start<typeof changed>('changed', { workflowId, taskQueue });
  // The workflow waits for the signal, after the command that the next build changes.
  await withBuild('changed/before.ts', () =>
    until(
      async () => (await handle.fetchHistory()).events?.some((event) => event.timerFiredEventAttributes),
      'the workflow to wait',
    ),
  );
  await withBuild('changed/after.ts', async () => {
    await handle.signal(goOnSignal);
    const found = await until(failing, 'the failing workflow to be recorded', MINUTE_MS);
    expect(found).toMatchObject({ workflowType: 'changed', cause: expect.stringContaining('nondeterminism') });
    expect(found.failures).toBeGreaterThan(1);
    expect(await metric()).toBe(1);
    expect(await query()).toBe(`WorkflowId IN ("${workflowId}")`);
    const finding = (await checkWorkflows(db)).find(({ subject }) => subject === `workflow ${workflowId}`);
    expect(finding?.detail).toContain('docs/operations.md');
    // The sweep checks the workflow again, and it still fails.
    await lookAgain();
    expect(await failing()).toBeDefined();
  });
  await withBuild('changed/before.ts', async () => {
    expect(await handle.result()).toBe('done');
  });
  await lookAgain();
  expect(await failing()).toBeUndefined();
  expect(await metric()).toBe(0);
  expect(await query()).toBe('WorkflowId IN ("none")');
  await connection.close();
}, 180_000);
