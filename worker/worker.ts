/** The worker process: Temporal workers for its task queues, the outbox relay, the watch of the stock counters, and the analytics writer. */
import { setTimeout as delay } from 'node:timers/promises';
import { NativeConnection, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { startEventWriter } from '../activities/analytics/event-writer.ts';
import { rebuildIndex } from '../activities/catalog/indexing.ts';
import { createActivities } from '../activities/index.ts';
import { createOutboxHandlers } from '../activities/outbox/handlers.ts';
import { OutboxRelay } from '../activities/outbox/relay.ts';
import { watchStockCounters } from '../activities/reservations/stock-counters-rebuild.ts';
import { WORKFLOW_QUEUES } from '../domain/workflow-types.ts';
import type { Services } from '../infra/services.ts';
import { dataConverter } from '../infra/temporal/client.ts';
import { buildWorkflowBundle } from './bundle.ts';
import { watchTaskFailures } from './failing-tasks.ts';
import { activityInterceptor } from './interceptors.ts';
import { ensureSchedules } from './schedules.ts';
import { queueOptions } from './task-queues.ts';

export interface RunningWorker {
  /** Whether every queue is being polled and the stock counters are available. */
  ready(): Promise<boolean>;
  /** Lets running work finish, within the grace time. */
  stop(): Promise<void>;
  /** Resolves when the workers have stopped; rejects when one fails. */
  done: Promise<void>;
}

/** @param activities implementations that workflows call; tests pass the shop's own with delays */
export async function startWorker(
  services: Services,
  activities: object = createActivities(services),
): Promise<RunningWorker> {
  const { settings, log, db, stockCounters } = services;
  const workflowBundle: WorkflowBundleOption = settings.WORKER_BUNDLE
    ? { codePath: settings.WORKER_BUNDLE }
    : await buildWorkflowBundle();
  const connection = await NativeConnection.connect({ address: settings.TEMPORAL_ADDRESS });

  await untilIndexed(services);
  const workers = await Promise.all(
    settings.TASK_QUEUES.map((taskQueue) =>
      Worker.create({
        connection,
        namespace: settings.TEMPORAL_NAMESPACE,
        dataConverter: dataConverter(settings),
        taskQueue,
        activities,
        ...(WORKFLOW_QUEUES.has(taskQueue) && { workflowBundle }),
        shutdownGraceTime: `${settings.WORKER_SHUTDOWN_GRACE_SECONDS} seconds`,
        ...queueOptions[taskQueue],
        interceptors: { activity: [activityInterceptor(log)] },
      }),
    ),
  );
  const stopWatching = watchStockCounters(db, stockCounters, log);
  const stopListening = watchTaskFailures(services);
  const relay = new OutboxRelay(db, createOutboxHandlers(services), log);
  relay.start();
  const stopWriting = startEventWriter(services);
  const running = workers.map((worker) => worker.run());
  await ensureSchedules(services.temporal);

  const done = Promise.all(running).then(() => undefined);
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    await Promise.allSettled(running);
    stopListening();
    await Promise.all([relay.stop(), stopWatching(), stopWriting()]);
    await connection.close();
  };
  return {
    done,
    ready: async () =>
      workers.every((worker) => worker.getState() === 'RUNNING') &&
      (await stockCounters.builtIn().catch(() => undefined)) !== undefined,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** Waits for the search index, which must exist before the relay writes to it; Elasticsearch may start later than the worker. */
async function untilIndexed({ db, productIndex, log }: Services): Promise<void> {
  for (let attempt = 1; attempt <= 30; attempt++) {
    try {
      if (!(await productIndex.ensure())) return;
      // A new or lost search index is filled from the catalog.
      const products = await rebuildIndex(db, productIndex, () => {});
      log.info({ products }, 'search index: filled from the catalog');
      return;
    } catch (error) {
      log.warn({ err: error, attempt }, 'search index: waiting for Elasticsearch');
      await delay(2_000);
    }
  }
  log.error('search index: Elasticsearch is unavailable; search will not work until it is back');
}
