/** Updates that arrive together ask for local activities at the same time; their workflow's history must replay all the same. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { activityInfo } from '@temporalio/activity';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Services } from '../../infra/services.ts';
import { dataConverter } from '../../infra/temporal/client.ts';
import { NOT_REPLAYED, replayServer } from '../../tests/support/replay.ts';
import { connectTestServices, ensureRuntime } from '../../tests/support/shop.ts';
import { testWorkflowPath } from '../../tests/support/test-workflows.ts';
import { beginUpdate, type interleaved } from '../../tests/workflows/interleaved.ts';
import { buildWorkflowBundle } from '../../worker/bundle.ts';

const UPDATES = 40;
const WORKFLOWS = 8;
const LONGEST_STEP_MS = 60;

let services: Services;
beforeAll(async () => {
  services = await connectTestServices();
  ensureRuntime(services);
});
afterAll(() => services?.close());

/** Counts how many steps of one workflow run at the same time. */
function countingActivities() {
  const running = new Map<string, number>();
  let maxRunning = 0;
  const step = async (name: string): Promise<string> => {
    const { workflowId } = activityInfo().workflowExecution!;
    const atOnce = (running.get(workflowId) ?? 0) + 1;
    running.set(workflowId, atOnce);
    maxRunning = Math.max(maxRunning, atOnce);
    await delay(Math.random() * LONGEST_STEP_MS);
    running.set(workflowId, running.get(workflowId)! - 1);
    return name;
  };
  const fail = async () => {
    await step('fail');
    throw new Error('refused');
  };
  return { activities: { step, fail }, maxRunning: () => maxRunning };
}

it('runs the local activities of a workflow one at a time, so that its history replays', async () => {
  const { settings, temporal } = services;
  const workflowBundle = await buildWorkflowBundle(testWorkflowPath('interleaved.ts'));
  const connection = await NativeConnection.connect({ address: settings.TEMPORAL_ADDRESS });
  const taskQueue = `interleaved-${randomUUID()}`;
  const { activities, maxRunning } = countingActivities();
  const worker = await Worker.create({
    connection,
    namespace: settings.TEMPORAL_NAMESPACE,
    dataConverter: dataConverter(settings),
    taskQueue,
    workflowBundle,
    activities,
  });
  const buy = async () => {
    const workflowId = `${NOT_REPLAYED}interleaved-${randomUUID()}`;
    const options = { workflowId, taskQueue, args: [UPDATES] as [number] };
    const handle = await temporal.workflow.start<typeof interleaved>('interleaved', options);
    const all = Array.from({ length: UPDATES }, (_, index) => handle.executeUpdate(beginUpdate, { args: [index] }));
    await Promise.all(all);
    expect(await handle.result()).toBe(UPDATES);
    return workflowId;
  };
  const workflowIds = await worker.runUntil(() => Promise.all(Array.from({ length: WORKFLOWS }, buy)));
  await connection.close();

  const only = (workflowId: string) => workflowIds.includes(workflowId);
  const report = await replayServer(temporal, { settings, workflowBundle, only });
  expect(report.problems).toEqual([]);
  expect(report.replayed).toBe(WORKFLOWS);
  expect(maxRunning()).toBe(1);
}, 120_000);
