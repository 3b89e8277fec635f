/** An update that completes its workflow gets its result, whatever arrives at that moment. */
import { activityInfo } from '@temporalio/activity';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Services } from '../../infra/services.ts';
import { connectTestServices, ensureRuntime } from '../../tests/support/shop.ts';
import { withTestWorker } from '../../tests/support/test-workflows.ts';
import { type answering, endUpdate, eventSignal } from '../../tests/workflows/answering.ts';

const WORKFLOWS = 10;

let services: Services;
beforeAll(async () => {
  services = await connectTestServices();
  ensureRuntime(services);
});
afterAll(() => services?.close());

it('returns the result of an update that completes the workflow while a signal arrives', async () => {
  const { workflow } = services.temporal;
  const signalOwnWorkflow = () => workflow.getHandle(activityInfo().workflowExecution!.workflowId).signal(eventSignal);
  await withTestWorker(services, 'answering.ts', { signalOwnWorkflow }, ({ taskQueue, newWorkflowId }) =>
    Promise.all(
      Array.from({ length: WORKFLOWS }, async () => {
        const handle = await workflow.start<typeof answering>('answering', { workflowId: newWorkflowId(), taskQueue });
        expect(await handle.executeUpdate(endUpdate)).toBe('ended');
        expect(await handle.result()).toBe(1);
      }),
    ),
  );
}, 60_000);
