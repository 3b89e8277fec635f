import { defineEntity, p } from '@mikro-orm/core';

/** A workflow whose task keeps failing. */
export const FailingWorkflow = defineEntity({
  name: 'FailingWorkflow',
  tableName: 'failing_workflows',
  properties: {
    runId: p.text().primary(),
    workflowId: p.text(),
    workflowType: p.text(),
    firstFailedAt: p.datetime().defaultRaw('now()'),
    lastFailedAt: p.datetime().defaultRaw('now()'),
    /** Attempts of the current task. */
    failures: p.integer(),
    /** The error, without input from shoppers. */
    cause: p.text(),
  },
});
