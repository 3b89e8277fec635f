/** Updates that arrive together schedule local activities at the same time; the workflow's history must still replay. */
import { setTimeout as delay } from 'node:timers/promises';
import { activityInfo } from '@temporalio/activity';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Services } from '../../infra/services.ts';
import { replayServer } from '../../tests/support/replay.ts';
import { connectTestServices, ensureRuntime } from '../../tests/support/shop.ts';
import { withTestWorker } from '../../tests/support/test-workflows.ts';
import { beginUpdate, type interleaved } from '../../tests/workflows/interleaved.ts';

const UPDATES = 40;
const WORKFLOWS = 8;
const MAX_STEP_MS = 60;

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
    await delay(Math.random() * MAX_STEP_MS);
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
  const { activities, maxRunning } = countingActivities();
  await withTestWorker(services, 'interleaved.ts', activities, async ({ taskQueue, newWorkflowId, workflowBundle }) => {
    const buy = async () => {
      const options = { workflowId: newWorkflowId(), taskQueue, args: [UPDATES] as [number] };
      const handle = await temporal.workflow.start<typeof interleaved>('interleaved', options);
      const all = Array.from({ length: UPDATES }, (_, index) => handle.executeUpdate(beginUpdate, { args: [index] }));
      await Promise.all(all);
      expect(await handle.result()).toBe(UPDATES);
      return handle.workflowId;
    };
    const workflowIds = await Promise.all(Array.from({ length: WORKFLOWS }, buy));
    const only = (workflowId: string) => workflowIds.includes(workflowId);
    const report = await replayServer(temporal, { settings, workflowBundle, only });
    expect(report.problems).toEqual([]);
    expect(report.replayed).toBe(WORKFLOWS);
    expect(maxRunning()).toBe(1);
  });
}, 120_000);
