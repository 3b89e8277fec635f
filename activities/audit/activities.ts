import { heartbeat } from '@temporalio/activity';
import type { ActivityDependencies } from '../dependencies.ts';
import { type AuditReport, runAudit } from './audit.ts';
import { startMissingWorkflows } from './missing-workflows.ts';
import { sweep } from './sweep.ts';

export function createAuditActivities(deps: ActivityDependencies) {
  return {
    /** Safe to retry: each step is a conditional update or starts a workflow with a fixed ID. */
    sweepOverdue: () => sweep(deps, heartbeat),
    /** Safe to retry: a case whose workflow is running stays unchanged. */
    startMissingWorkflows: () => startMissingWorkflows(deps, heartbeat),
    /** Safe to retry: it only reads, and sets a stock counter only if the counter has not changed since it was read. */
    audit: (): Promise<AuditReport> => runAudit(deps, undefined, heartbeat),
  };
}
