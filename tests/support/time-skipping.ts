/** Temporal with time that skips: a ten-minute hold passes in milliseconds. One environment a test file. */
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
  const path = process.env.TEMPORAL_TEST_SERVER;
  if (!path) throw new Error('TEMPORAL_TEST_SERVER is not set; run these tests by `npm test`');
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { forward: {}, filter: 'ERROR' } },
  });
  const env = await startServer(path);
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

/** The SDK gives its server 5 s; a Java process on a busy machine can take longer the first time. */
async function startServer(path: string): Promise<TestWorkflowEnvironment> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await TestWorkflowEnvironment.createTimeSkipping({
        server: { executable: { type: 'existing-path', path } },
      });
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
}
