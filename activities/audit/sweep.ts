/** Ends what outlived its time because its own workflow was terminated: the last of the nets, run every minute. */
import { checkoutWorkflowId } from '../../workflows/checkout/messages.ts';
import { resumedOrder } from '../../workflows/checkout/start.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { createInventoryActivities } from '../inventory/activities.ts';
import { keptPastDeadline, keptSeconds } from '../inventory/hold-end.ts';
import { START_MISSING, wasMissing } from './start-missing.ts';
import { recordIfFailing, watchFailing } from './watch-failing.ts';

/** Past the time that a reservation is kept, its own workflow has this long to end it. */
const LATE_SECONDS = 30;
const BATCH = 500;

export type SweepDependencies = Pick<ActivityDependencies, 'db' | 'gate' | 'log' | 'settings' | 'temporal'>;

interface OverdueOrder {
  id: string;
  user_id: string | null;
  amount: string;
  status: string;
  created_at: Date;
}

export async function sweep(deps: SweepDependencies): Promise<{ expiredHolds: number; resumedOrders: number }> {
  const { db, settings, temporal, log } = deps;
  const lateSeconds = settings.HOLD_GRACE_SECONDS + LATE_SECONDS;
  const { endHold } = createInventoryActivities(deps);
  const holds = await db.rows<{ id: string }>(
    `select r.id from reservations r left join orders pending on pending.reservation_id = r.id and pending.status = 'pending'
     where r.status = 'held' and r.expires_at < now() - make_interval(secs => $1)
       and r.expires_at + ${keptPastDeadline('pending', 3)} < now() - make_interval(secs => $1)
     order by r.expires_at limit $2`,
    [LATE_SECONDS, BATCH, ...keptSeconds(settings)],
  );
  for (const { id } of holds) await endHold({ reservationId: id });

  const orders = await db.rows<OverdueOrder>(
    `select id, user_id, total_amount::text as amount, status, created_at from orders where status = 'pending' and expires_at < now() - make_interval(secs => $1)
     order by expires_at limit $2`,
    [lateSeconds, BATCH],
  );
  let resumedOrders = 0;
  for (const { id, user_id, amount, status, created_at } of orders) {
    const order = { orderId: id, customerId: user_id, amount: Number(amount), status, createdAt: created_at };
    // A workflow that still runs is at work on it (Stripe may be away); one that was terminated is resumed.
    const resumed = await wasMissing(
      temporal.workflow.start('checkout', { ...resumedOrder(order, 'Order, resumed by the sweep'), ...START_MISSING }),
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
