/** Proves that the replay check after each test run can fail. */
import { randomUUID } from 'node:crypto';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Services } from '../../infra/services.ts';
import { dataConverter } from '../../infra/temporal/client.ts';
import { buildWorkflowBundle } from '../../worker/bundle.ts';
import { type changed, goOnSignal } from '../workflows/changed/before.ts';
import { describeReplay, NOT_REPLAYED, replayServer } from './replay.ts';
import { connectTestServices, ensureRuntime } from './shop.ts';
import { testWorkflowPath } from './test-workflows.ts';

let services: Services;
beforeAll(async () => {
  services = await connectTestServices();
  ensureRuntime(services);
});
afterAll(() => services?.close());

it('reports a history that the current code can’t replay, and counts one that it can', async () => {
  const { settings, temporal } = services;
  const [before, after] = await Promise.all([
    buildWorkflowBundle(testWorkflowPath('changed/before.ts')),
    buildWorkflowBundle(testWorkflowPath('changed/after.ts')),
  ]);
  const taskQueue = randomUUID();
  const workflowId = `${NOT_REPLAYED}${taskQueue}`;
  const connection = await NativeConnection.connect({ address: settings.TEMPORAL_ADDRESS });
  const worker = await Worker.create({
    connection,
    namespace: settings.TEMPORAL_NAMESPACE,
    dataConverter: dataConverter(settings),
    taskQueue,
    workflowBundle: before,
  });
  await worker.runUntil(async () => {
    const handle = await temporal.workflow.start<typeof changed>('changed', { workflowId, taskQueue });
    await handle.signal(goOnSignal);
    expect(await handle.result()).toBe('done');
  });
  await connection.close();

  const only = (id: string) => id === workflowId;
  const same = await replayServer(temporal, { settings, workflowBundle: before, only });
  expect(describeReplay(same)).toBe('replay: 1 histories of 1 workflow types replay');
  const different = await replayServer(temporal, { settings, workflowBundle: after, only });
  expect(different.problems).toMatchObject([{ type: 'changed', workflowId }]);
  expect(describeReplay(different)).toContain(workflowId);
  expect(describeReplay(different)).toContain('TMPRL1100');
});
