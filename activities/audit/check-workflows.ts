/** Reports workflows whose task keeps failing. Their records are still consistent, but the workflows make no progress. */
import type { Sql } from '../../infra/postgres/database.ts';
import { listFailingWorkflows } from '../../infra/postgres/failing-workflows.ts';
import type { Finding } from './finding.ts';

export async function checkWorkflows(sql: Sql): Promise<Finding[]> {
  return (await listFailingWorkflows(sql)).map(({ workflowId, runId, firstFailedAt, cause }) => ({
    check: 'workflows',
    subject: `workflow ${workflowId}`,
    detail: `its workflow task has been failing since ${firstFailedAt.toISOString()} (run ${runId}): ${cause}. See “A workflow that fails” in docs/operations.md`,
  }));
}
