/** Support for workflows that only tests run. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import type { Services } from '../../infra/services.ts';
import { dataConverter } from '../../infra/temporal/client.ts';
import { buildWorkflowBundle } from '../../worker/bundle.ts';
import { NOT_REPLAYED } from './replay.ts';

/** @param file in `tests/workflows` */
export const testWorkflowPath = (file: string): string =>
  fileURLToPath(new URL(`../workflows/${file}`, import.meta.url));

export interface TestWorkflow {
  readonly taskQueue: string;
  /** A new workflow ID, which the replay of all the shop's histories excludes. */
  newWorkflowId(): string;
  readonly workflowBundle: WorkflowBundleWithSourceMap;
}

/**
 * Runs workflows on a separate worker and task queue.
 * @param file in `tests/workflows`
 */
export async function withTestWorker<Result>(
  { settings }: Services,
  file: string,
  activities: object,
  use: (workflow: TestWorkflow) => Promise<Result>,
): Promise<Result> {
  const workflowBundle = await buildWorkflowBundle(testWorkflowPath(file));
  const connection = await NativeConnection.connect({ address: settings.TEMPORAL_ADDRESS });
  const taskQueue = `${file}-${randomUUID()}`;
  const worker = await Worker.create({
    connection,
    namespace: settings.TEMPORAL_NAMESPACE,
    dataConverter: dataConverter(settings),
    taskQueue,
    workflowBundle,
    activities,
  });
  const newWorkflowId = () => `${NOT_REPLAYED}${file}-${randomUUID()}`;
  try {
    return await worker.runUntil(() => use({ taskQueue, newWorkflowId, workflowBundle }));
  } finally {
    await connection.close();
  }
}
