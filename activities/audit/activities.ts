import { heartbeat } from '@temporalio/activity';
import type { ActivityDependencies } from '../dependencies.ts';
import { type AuditReport, runAudit } from './audit.ts';
import { startMissingWorkflows } from './missing-workflows.ts';
import { sweep } from './sweep.ts';

export function createAuditActivities(deps: ActivityDependencies) {
  return {
    /** Safe to retry: each step is a conditional update or the start of a workflow by a fixed id. */
    sweepOverdue: () => sweep(deps, heartbeat),
    /** Safe to retry: a case that has a workflow is left alone. */
    startMissingWorkflows: () => startMissingWorkflows(deps, heartbeat),
    /** Safe to retry: it only reads, and sets a counter in the stock counters while the counter is what it saw. */
    audit: (): Promise<AuditReport> => runAudit(deps, undefined, heartbeat),
  };
}
