/** Workflows whose task keeps failing because of a bug, or a build that can't replay them. They are stuck until an engineer acts. */
import type { InferEntity } from '@mikro-orm/core';
import type { Sql } from './database.ts';
import type { FailingWorkflow as FailingWorkflowEntity } from './entities/workflows.ts';
import { now } from './statement-parts.ts';

export type FailingWorkflow = InferEntity<typeof FailingWorkflowEntity>;

/** Oldest first. */
export function listFailingWorkflows(sql: Sql): Promise<FailingWorkflow[]> {
  return sql.rows(
    sql.query
      .selectFrom('failing_workflows')
      .select([
        'workflow_id as workflowId',
        'run_id as runId',
        'workflow_type as workflowType',
        'first_failed_at as firstFailedAt',
        'last_failed_at as lastFailedAt',
        'failures',
        'cause',
      ])
      .orderBy('first_failed_at')
      .orderBy('run_id'),
  );
}

export async function countFailingWorkflows(sql: Sql): Promise<number> {
  const row = await sql.row(
    sql.query.selectFrom('failing_workflows').select((failing) => failing.fn.countAll<number>().as('count')),
  );
  return row?.count ?? 0;
}

/** Safe to call again for the same run: keeps the time of the first failure. */
export async function recordFailingWorkflow(
  sql: Sql,
  { workflowId, runId, workflowType, failures, cause }: Omit<FailingWorkflow, 'firstFailedAt' | 'lastFailedAt'>,
): Promise<void> {
  await sql.run(
    sql.query
      .insertInto('failing_workflows')
      .values({ run_id: runId, workflow_id: workflowId, workflow_type: workflowType, failures, cause })
      .onConflict((known) =>
        known
          .column('run_id')
          .doUpdateSet((failing) => ({ failures: failing.ref('excluded.failures'), last_failed_at: now })),
      ),
  );
}

export async function forgetFailingWorkflow(sql: Sql, runId: string): Promise<void> {
  await sql.run(sql.query.deleteFrom('failing_workflows').where('run_id', '=', runId));
}
