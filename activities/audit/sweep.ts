/** Ends what outlived its time because its own workflow was terminated: the last of the nets, run every minute. */
import { orderWorkflowId } from '../../workflows/order/messages.ts';
import { orderStart } from '../../workflows/order/start.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { createInventoryActivities } from '../reservations/activities.ts';
import { keptPastDeadline, keptSeconds } from '../reservations/reservation-end.ts';
import { Failures } from './failures.ts';
import { startIfMissing } from './start-missing.ts';
import { recordIfFailing, watchFailing } from './watch-failing.ts';

/** Past the time that a reservation is kept, its own workflow has this long to end it. */
const LATE_SECONDS = 30;
const BATCH = 500;

export type SweepDependencies = Pick<ActivityDependencies, 'db' | 'stockCounters' | 'log' | 'settings' | 'temporal'>;

interface SweepSteps {
  failures: Failures;
  onProgress: () => void;
}

interface OverdueOrder {
  id: string;
  user_id: string | null;
  amount: string;
  status: string;
  created_at: Date;
}

/**
 * Reservations, orders and failing workflows are each handled on their own: what fails keeps nothing else from being done.
 * @param onProgress called often; a place for heartbeats
 * @throws at the end, one error that names everything that failed
 */
export async function sweep(
  deps: SweepDependencies,
  onProgress: () => void = () => {},
): Promise<{ expiredReservations: number; resumedOrders: number }> {
  const { log } = deps;
  const failures = new Failures('sweep', log);
  const steps: SweepSteps = { failures, onProgress };
  const expiredReservations = (await failures.attempt('reservations', () => endReservations(deps, steps))) ?? 0;
  const resumedOrders = (await failures.attempt('orders', () => resumeOrders(deps, steps))) ?? 0;
  await failures.attempt('failing workflows', () => watchFailing(deps, steps));
  if (expiredReservations > 0 || resumedOrders > 0) {
    log.warn({ expiredReservations, resumedOrders }, 'sweep: ended overdue reservations and resumed overdue orders');
  }
  failures.throwIfAny();
  return { expiredReservations, resumedOrders };
}

/** @returns how many reservations had outlived their time and were ended */
async function endReservations(deps: SweepDependencies, { failures, onProgress }: SweepSteps): Promise<number> {
  const { db, settings } = deps;
  const { endReservation } = createInventoryActivities(deps);
  const reservations = await db.rows<{ id: string }>(
    `select r.id from reservations r left join orders pending on pending.reservation_id = r.id and pending.status = 'pending'
     where r.status = 'reserved' and r.expires_at < now() - make_interval(secs => $1)
       and r.expires_at + ${keptPastDeadline('pending', 3)} < now() - make_interval(secs => $1)
     order by r.expires_at limit $2`,
    [LATE_SECONDS, BATCH, ...keptSeconds(settings)],
  );
  let ended = 0;
  for (const { id } of reservations) {
    onProgress();
    if (await failures.attempt(`reservation ${id}`, () => endReservation({ reservationId: id }))) ended += 1;
  }
  return ended;
}

/** @returns how many orders had no workflow and were resumed */
async function resumeOrders(deps: SweepDependencies, { failures, onProgress }: SweepSteps): Promise<number> {
  const { db, settings } = deps;
  const orders = await db.rows<OverdueOrder>(
    `select id, user_id, total_amount::text as amount, status, created_at from orders where status = 'pending' and expires_at < now() - make_interval(secs => $1)
     order by expires_at limit $2`,
    [settings.RESERVATION_GRACE_SECONDS + LATE_SECONDS, BATCH],
  );
  let resumed = 0;
  for (const order of orders) {
    onProgress();
    if (await failures.attempt(`order ${order.id}`, () => resumeOrder(deps, order))) resumed += 1;
  }
  return resumed;
}

/** @returns whether it had no workflow. One that still runs is at work on it (Stripe may be away); one that was terminated is resumed. */
async function resumeOrder(deps: SweepDependencies, overdue: OverdueOrder): Promise<boolean> {
  const { id, user_id, amount, status, created_at } = overdue;
  const order = { orderId: id, customerId: user_id, amount: Number(amount), status, createdAt: created_at };
  const isResumed = await startIfMissing(deps.temporal, orderStart(order, 'Order, resumed by the sweep', true));
  if (!isResumed) await recordIfFailing(deps, orderWorkflowId(id));
  return isResumed;
}
