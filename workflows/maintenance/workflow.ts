import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.ts';

const { sweepOverdue, audit } = proxyActivities<Activities>({
  // Minutes at 100,000 products and a year of orders; a heartbeat tells a lost worker sooner.
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '1 minute',
  retry: { maximumAttempts: 3 },
});

/** Every minute: ends holds and orders whose own workflow was terminated, so that nothing outlives its time. */
export async function overdueSweep(): Promise<{ expiredHolds: number; resumedOrders: number }> {
  return sweepOverdue();
}

/** Every night: holds the books of PostgreSQL, Redis and Stripe against each other. */
export async function nightlyAudit(): Promise<{ problems: number; repaired: number }> {
  const report = await audit();
  setCurrentDetails(report.markdown);
  return { problems: report.problems.length, repaired: report.repaired.length };
}
