/** Temporal with time that skips: a ten-minute reservation passes in milliseconds. One environment a test file. */
import temporalProto from '@temporalio/proto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { buildWorkflowBundle } from '../../worker/bundle.ts';

const TYPES = temporalProto.temporal.api.enums.v1.IndexedValueType;

export interface WorkerOptions {
  /**
   * Workflows kept between tasks. By default none: each task replays the whole history, so a step that is not deterministic fails. Where a
   * workflow starts another one, the SDK takes one task at a time without a cache, and the two wait for each other until a timeout.
   */
  maxCachedWorkflows?: number;
}

export interface SkippingTemporal {
  env: TestWorkflowEnvironment;
  /** Runs `work` while a worker with these activities serves every queue of the shop. */
  withWorker<Result>(activities: object, work: () => Promise<Result>, options?: WorkerOptions): Promise<Result>;
  stop(): Promise<void>;
}

let bundle: Promise<WorkflowBundleWithSourceMap> | undefined;

export async function startSkippingTemporal(): Promise<SkippingTemporal> {
  return serving(
    await startServer((path) => TestWorkflowEnvironment.createTimeSkipping(existing(path)), 'TEMPORAL_TEST_SERVER'),
  );
}

/**
 * A real server, in memory and without skipped time. The one that skips time at times never answers an update that meets the end of a run:
 * this is for workflows that get updates and begin a new run after each piece of work.
 */
export async function startOwnTemporal(): Promise<SkippingTemporal> {
  return serving(await startServer((path) => TestWorkflowEnvironment.createLocal(existing(path)), 'TEMPORAL_CLI'));
}

const existing = (path: string) => ({ server: { executable: { type: 'existing-path', path } as const } });

async function serving(env: TestWorkflowEnvironment): Promise<SkippingTemporal> {
  await env.connection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: {
      OrderStatus: TYPES.INDEXED_VALUE_TYPE_KEYWORD,
      OrderId: TYPES.INDEXED_VALUE_TYPE_KEYWORD,
      CustomerId: TYPES.INDEXED_VALUE_TYPE_KEYWORD,
      Day: TYPES.INDEXED_VALUE_TYPE_KEYWORD,
      Amount: TYPES.INDEXED_VALUE_TYPE_DOUBLE,
      NeedsApproval: TYPES.INDEXED_VALUE_TYPE_BOOL,
      StuckSince: TYPES.INDEXED_VALUE_TYPE_DATETIME,
      DisputeStatus: TYPES.INDEXED_VALUE_TYPE_KEYWORD,
      EvidenceDueBy: TYPES.INDEXED_VALUE_TYPE_DATETIME,
    },
  });
  bundle ??= buildWorkflowBundle();
  const workflowBundle = await bundle;
  return {
    env,
    async withWorker(activities, work, { maxCachedWorkflows = 0 } = {}) {
      const workers = await Promise.all(
        ['orders', 'payments', 'recommendations'].map((taskQueue) =>
          Worker.create({
            connection: env.nativeConnection,
            taskQueue,
            workflowBundle,
            activities,
            maxCachedWorkflows,
          }),
        ),
      );
      const [checkout, payments, recommendations] = workers as [Worker, Worker, Worker];
      return recommendations.runUntil(() => payments.runUntil(() => checkout.runUntil(work)));
    },
    stop: () => env.teardown(),
  };
}

/** The SDK gives its server 5 s; on a busy machine one can take longer the first time. @param name of the variable with the program's path */
async function startServer(
  start: (path: string) => Promise<TestWorkflowEnvironment>,
  name: 'TEMPORAL_TEST_SERVER' | 'TEMPORAL_CLI',
): Promise<TestWorkflowEnvironment> {
  const path = process.env[name];
  if (!path) throw new Error(`${name} is not set; run these tests by \`npm test\``);
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { forward: {}, filter: 'ERROR' } },
  });
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(path);
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
}
