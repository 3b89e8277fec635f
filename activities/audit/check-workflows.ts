/** Workflows that stand still: nothing of theirs is wrong in the books yet, and nothing will be put right either. */
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
