import { queuedSteps } from '../shared/described-steps.ts';
import { showDetails } from '../shared/details.ts';

const long = queuedSteps(
  {
    // Minutes at 100,000 products and a year of orders; a heartbeat tells a lost worker sooner.
    startToCloseTimeout: '30 minutes',
    heartbeatTimeout: '1 minute',
    retry: { maximumAttempts: 3 },
  },
  ['sweepOverdue', 'audit', 'startMissingWorkflows'],
);

/** Every minute: ends reservations and orders whose own workflow was terminated, so that nothing outlives its time. */
export async function overdueSweep(): Promise<{ expiredReservations: number; resumedOrders: number }> {
  return long.sweepOverdue();
}

/**
 * Every night: compares PostgreSQL, Redis, and Stripe, and starts the workflows that open orders and
 * refunds lack. An operator runs it at once after a release that changes what such workflows do (docs/operations.md).
 */
export async function nightlyAudit(): Promise<{ problems: number; repaired: number }> {
  const report = await long.audit();
  const startedCases = await long.startMissingWorkflows();
  showDetails(
    () =>
      `${report.markdown}\n\nMissing workflows started: ${startedCases.orders} orders, ${startedCases.refunds} refunds, ${startedCases.payments} unmatched payments.`,
  );
  return { problems: report.problems.length, repaired: report.repaired.length };
}
