/** Temporal with time skipping: a ten-minute reservation passes in milliseconds. Each test file has one environment. */
import temporalProto from '@temporalio/proto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { buildWorkflowBundle } from '../../worker/bundle.ts';

const TYPES = temporalProto.temporal.api.enums.v1.IndexedValueType;

export interface WorkerOptions {
  /**
   * Size of the workflow cache. By default 0, so that each task replays the whole history and nondeterministic steps fail. Tests in which a
   * workflow starts another one need a cache: without it the SDK handles one task at a time, and the two block each other until a timeout.
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
 * A real in-memory server without time skipping, for workflows that receive updates and continue as new after each piece of work: the
 * time-skipping server sometimes never answers an update that arrives at the end of a run.
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
      OrderNumber: TYPES.INDEXED_VALUE_TYPE_KEYWORD,
      EmailHash: TYPES.INDEXED_VALUE_TYPE_KEYWORD,
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
        ['orders', 'payments', 'catalog', 'recommendations'].map((taskQueue) =>
          Worker.create({
            connection: env.nativeConnection,
            taskQueue,
            workflowBundle,
            activities,
            maxCachedWorkflows,
          }),
        ),
      );
      const [checkout, payments, catalog, recommendations] = workers as [Worker, Worker, Worker, Worker];
      const served = () => payments.runUntil(() => checkout.runUntil(work));
      return recommendations.runUntil(() => catalog.runUntil(served));
    },
    stop: () => env.teardown(),
  };
}

/** Retries because the SDK waits 5 s for its server, and the first start can take longer. @param name variable with the program's path */
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
