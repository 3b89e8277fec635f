/** Ends what outlived its time because its own workflow was terminated: the last of the nets, run every minute. */
import { checkoutWorkflowId } from '../../workflows/checkout/messages.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { createInventoryActivities } from '../inventory/activities.ts';
import { START_MISSING, wasMissing } from './start-missing.ts';
import { recordIfFailing, watchFailing } from './watch-failing.ts';

/** Past its end plus grace, a hold's own workflow has this long to end it. */
const LATE_SECONDS = 30;
const BATCH = 500;

export type SweepDependencies = Pick<ActivityDependencies, 'db' | 'gate' | 'log' | 'settings' | 'temporal'>;

export async function sweep(deps: SweepDependencies): Promise<{ expiredHolds: number; resumedOrders: number }> {
  const { db, settings, temporal, log } = deps;
  const lateSeconds = settings.HOLD_GRACE_SECONDS + LATE_SECONDS;
  const { endHold } = createInventoryActivities(deps);
  const holds = await db.rows<{ id: string }>(
    `select id from reservations where status = 'held' and expires_at < now() - make_interval(secs => $1)
     order by expires_at limit $2`,
    [lateSeconds, BATCH],
  );
  for (const { id } of holds) await endHold({ reservationId: id, evenWithCheckout: true });

  const orders = await db.rows<{ id: string }>(
    `select id from orders where status = 'pending' and expires_at < now() - make_interval(secs => $1)
     order by expires_at limit $2`,
    [lateSeconds, BATCH],
  );
  let resumedOrders = 0;
  for (const { id } of orders) {
    // A checkout that still runs is at work on it (Stripe may be away); one that was terminated is taken up again.
    const resumed = await wasMissing(
      temporal.workflow.start('checkout', {
        ...START_MISSING,
        workflowId: checkoutWorkflowId(id),
        args: [{ orderId: id, resume: true }],
        staticSummary: 'Taken up by the sweep',
      }),
    );
    if (resumed) resumedOrders += 1;
    else await recordIfFailing(deps, checkoutWorkflowId(id));
  }
  await watchFailing(deps);
  if (holds.length > 0 || resumedOrders > 0) {
    log.warn({ expiredHolds: holds.length, resumedOrders }, 'sweep: ended what had outlived its time');
  }
  return { expiredHolds: holds.length, resumedOrders };
}
