/** The shop's workflow types, and the task queue that serves each. */

/** Task queues, whose workers operators can scale separately. */
export const TASK_QUEUES = ['orders', 'payments', 'catalog', 'recommendations'] as const;
export type TaskQueue = (typeof TASK_QUEUES)[number];

export const WORKFLOW_TYPES = {
  order: 'orders',
  refund: 'orders',
  reservation: 'orders',
  unmatchedPayment: 'orders',
  reindexProduct: 'catalog',
  retryStopped: 'catalog',
  overdueSweep: 'catalog',
  nightlyAudit: 'catalog',
  recommendationRetraining: 'recommendations',
} as const satisfies Record<string, TaskQueue>;
export type WorkflowType = keyof typeof WORKFLOW_TYPES;

/** Queues that run workflows; the others run only activities. */
export const WORKFLOW_QUEUES: ReadonlySet<string> = new Set(Object.values(WORKFLOW_TYPES));

/** Types that staff start in the Temporal UI's form; the shop starts the others. */
const FORM_TYPES: readonly WorkflowType[] = ['refund', 'reindexProduct', 'retryStopped', 'recommendationRetraining'];

/** The task queue that serves a workflow type; undefined for an unknown type. */
export function queueOf(workflowType: string): TaskQueue | undefined {
  return Object.hasOwn(WORKFLOW_TYPES, workflowType) ? WORKFLOW_TYPES[workflowType as WorkflowType] : undefined;
}

export function unknownTypeText(workflowType: string): string {
  const known = `${FORM_TYPES.slice(0, -1).join(', ')}, or ${FORM_TYPES.at(-1)}`;
  return `There is no workflow type “${workflowType}”. Use ${known}.`;
}

/** Why a workflow can't run on a task queue, and what to do; undefined when it can, or when the queue is not the shop's. */
export function wrongQueueText(workflowType: string, taskQueue: string): string | undefined {
  const queue = queueOf(workflowType);
  if (!queue || queue === taskQueue || !(TASK_QUEUES as readonly string[]).includes(taskQueue)) return undefined;
  return `The task queue “${taskQueue}” does not run ${workflowType}. Start it again with the queue ${queue}.`;
}

/** Why a workflow that was started on a task queue without workers has not run, and what to do. */
export function noWorkerText(workflowType: string, taskQueue: string): string {
  return `No worker polls the task queue “${taskQueue}”. Start it again with the queue ${queueOf(workflowType) ?? 'orders'}.`;
}
