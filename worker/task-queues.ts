/** What a worker does for each task queue: operators scale each alone (TASK_QUEUES). */
import type { WorkerOptions } from '@temporalio/worker';
import type { TaskQueue } from '../infra/config.ts';

export const queueOptions: Readonly<Record<TaskQueue, Partial<WorkerOptions>>> = {
  // Latency: workflows of shoppers and their short local activities. The cache holds the checkouts that wait for a card.
  orders: {
    maxConcurrentWorkflowTaskExecutions: 100,
    maxConcurrentLocalActivityExecutions: 200,
    maxCachedWorkflows: 2_000,
    workflowTaskPollerBehavior: { type: 'autoscaling', initial: 4, minimum: 2, maximum: 20 },
  },
  // Stripe allows 100 calls a second to an account in live mode; 20 at once with ~300 ms each stay below.
  payments: { maxConcurrentActivityTaskExecutions: 20 },
  // Sweeps, audits and index rebuilds: heavy, in nobody's way.
  catalog: { maxConcurrentActivityTaskExecutions: 4 },
  // One training at a time. It hears of a cancellation by its heartbeats, and leaves at once to another worker when this one stops.
  recommendations: {
    maxConcurrentActivityTaskExecutions: 1,
    maxHeartbeatThrottleInterval: '2 seconds',
    shutdownGraceTime: 0,
  },
};

/** Queues with workflows of their own; the others serve activities alone. */
export const WORKFLOW_QUEUES: ReadonlySet<TaskQueue> = new Set(['orders', 'catalog', 'recommendations']);
