import { queuedSteps } from '../shared/described-steps.ts';
import { showDetails } from '../shared/details.ts';
import { requireNoInput } from '../shared/start-form.ts';

const steps = queuedSteps(
  {
    // These steps take minutes with 100,000 products and a year of orders; missing heartbeats reveal a lost worker sooner.
    startToCloseTimeout: '30 minutes',
    heartbeatTimeout: '1 minute',
    retry: { maximumAttempts: 3 },
  },
  ['sweepOverdue', 'audit', 'startMissingWorkflows'],
);

/** Runs every minute: ends overdue reservations and orders whose own workflow was terminated. */
export async function overdueSweep(input?: unknown): Promise<{ expiredReservations: number; resumedOrders: number }> {
  requireNoInput(input);
  return steps.sweepOverdue();
}

/**
 * Runs every night: compares PostgreSQL, Redis, and Stripe, and starts the missing workflows of open orders and
 * refunds. After a release that changes these workflows, an operator runs it immediately (docs/operations.md).
 */
export async function nightlyAudit(input?: unknown): Promise<{ problems: number; repaired: number }> {
  requireNoInput(input);
  const report = await steps.audit();
  const startedCases = await steps.startMissingWorkflows();
  showDetails(
    () =>
      `${report.markdown}\n\nMissing workflows started: ${startedCases.orders} orders, ${startedCases.refunds} refunds, ${startedCases.payments} unmatched payments.`,
  );
  return { problems: report.problems.length, repaired: report.repaired.length };
}
