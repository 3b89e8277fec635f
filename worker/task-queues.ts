/** Worker options of each task queue; operators scale each queue separately (TASK_QUEUES). */
import type { WorkerOptions } from '@temporalio/worker';
import type { TaskQueue } from '../domain/workflow-types.ts';

export const queueOptions: Readonly<Record<TaskQueue, Partial<WorkerOptions>>> = {
  // Tuned for latency: shoppers' workflows and their short local activities. The cache holds checkouts that are awaiting payment.
  orders: {
    maxConcurrentWorkflowTaskExecutions: 100,
    maxConcurrentLocalActivityExecutions: 200,
    maxCachedWorkflows: 2_000,
    workflowTaskPollerBehavior: { type: 'autoscaling', initial: 4, minimum: 2, maximum: 20 },
  },
  // Stripe allows 100 calls a second per account in live mode; 20 concurrent calls of ~300 ms each stay below that.
  payments: { maxConcurrentActivityTaskExecutions: 20 },
  // Sweeps, audits, and index rebuilds: heavy work that must not delay shoppers.
  catalog: { maxConcurrentActivityTaskExecutions: 4 },
  // One training at a time. It learns of a cancellation through heartbeats, and another worker takes it over at once when this one stops.
  recommendations: {
    maxConcurrentActivityTaskExecutions: 1,
    maxHeartbeatThrottleInterval: '2 seconds',
    shutdownGraceTime: 0,
  },
};
