/** Workflows whose task keeps failing because of a bug, or a build that can't replay them. They are stuck until an engineer acts. */
import type { Sql } from './database.ts';

export interface FailingWorkflow {
  workflowId: string;
  runId: string;
  workflowType: string;
  firstFailedAt: Date;
  lastFailedAt: Date;
  /** Attempts of the current task. */
  failures: number;
  /** The error, without input from shoppers. */
  cause: string;
}

/** Oldest first. */
export function listFailingWorkflows(sql: Sql): Promise<FailingWorkflow[]> {
  return sql.rows<FailingWorkflow>(
    `select workflow_id as "workflowId", run_id as "runId", workflow_type as "workflowType",
       first_failed_at as "firstFailedAt", last_failed_at as "lastFailedAt", failures, cause
     from failing_workflows order by first_failed_at, run_id`,
  );
}

export async function countFailingWorkflows(sql: Sql): Promise<number> {
  const row = await sql.row<{ count: number }>('select count(*) as count from failing_workflows');
  return row?.count ?? 0;
}

/** Safe to call again for the same run: keeps the time of the first failure. */
export async function recordFailingWorkflow(
  sql: Sql,
  { workflowId, runId, workflowType, failures, cause }: Omit<FailingWorkflow, 'firstFailedAt' | 'lastFailedAt'>,
): Promise<void> {
  await sql.run(
    `insert into failing_workflows (run_id, workflow_id, workflow_type, failures, cause) values ($1, $2, $3, $4, $5)
     on conflict (run_id) do update set failures = excluded.failures, last_failed_at = now()`,
    [runId, workflowId, workflowType, failures, cause],
  );
}

export async function forgetFailingWorkflow(sql: Sql, runId: string): Promise<void> {
  await sql.run('delete from failing_workflows where run_id = $1', [runId]);
}
