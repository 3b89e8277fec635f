/** Ends overdue reservations and orders whose own workflow was terminated. The last safety net, run every minute. */
import type { Sql } from '../../infra/postgres/database.ts';
import { orderTraits, traitColumns } from '../../infra/postgres/order-traits.ts';
import { literal, secondsFromNow } from '../../infra/postgres/statement-parts.ts';
import { orderWorkflowId } from '../../workflows/order/messages.ts';
import { resumedOrderStart } from '../../workflows/order/start.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { remindOfDisputes } from '../refunds/dispute-reminders.ts';
import { createInventoryActivities } from '../reservations/activities.ts';
import { keptReservations } from '../reservations/reservation-end.ts';
import { Failures } from './failures.ts';
import { startIfMissing } from './start-missing.ts';
import { endStrayStarts } from './stray-starts.ts';
import { recordIfFailing, watchFailing } from './watch-failing.ts';

/** Grace period after the time that a reservation is kept, in which its own workflow should end it. */
const LATE_SECONDS = 30;
const BATCH = 500;

export type SweepDependencies = Pick<ActivityDependencies, 'db' | 'stockCounters' | 'log' | 'settings' | 'temporal'>;

interface SweepSteps {
  failures: Failures;
  onProgress: () => void;
}

/**
 * Handles reservations, orders, chargeback reminders, and workflows that don't run independently, so that one failure does not prevent the rest.
 * @param onProgress called often, for heartbeats
 * @throws Error at the end that names everything that failed
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
  await failures.attempt('chargeback reminders', () => remindOfDisputes(deps.db));
  await failures.attempt('stray workflows', () => endStrayStarts(deps, steps));
  await failures.attempt('failing workflows', () => watchFailing(deps, steps));
  if (expiredReservations > 0 || resumedOrders > 0) {
    log.warn({ expiredReservations, resumedOrders }, 'sweep: ended overdue reservations and resumed overdue orders');
  }
  failures.throwIfAny();
  return { expiredReservations, resumedOrders };
}

/** @returns how many overdue reservations were ended */
async function endReservations(deps: SweepDependencies, { failures, onProgress }: SweepSteps): Promise<number> {
  const { db, settings } = deps;
  const { endReservation } = createInventoryActivities(deps);
  const late = secondsFromNow(-LATE_SECONDS);
  const { reservations, keptUntil } = keptReservations(db, settings);
  const overdue = await db.rows(
    reservations
      .select('reservations.id')
      .where('reservations.status', '=', literal('reserved'))
      // Allows the index on this column.
      .where('reservations.expires_at', '<', late)
      .where(keptUntil, '<', late)
      .orderBy('reservations.expires_at')
      .limit(BATCH),
  );
  let ended = 0;
  for (const { id } of overdue) {
    onProgress();
    const status = await failures.attempt(`reservation ${id}`, () => endReservation({ reservationId: id }));
    if (status === 'expired') ended += 1;
  }
  return ended;
}

/** Unpaid orders whose time to pay ended this many seconds ago. */
function readOverdueOrders(sql: Sql, lateSeconds: number) {
  return sql.rows(
    sql.query
      .selectFrom('orders')
      .select(['id', 'total_amount', 'status', 'created_at'])
      .select(traitColumns)
      .where('status', '=', literal('pending'))
      .where('expires_at', '<', secondsFromNow(-lateSeconds))
      .orderBy('expires_at')
      .limit(BATCH),
  );
}
type OverdueOrder = Awaited<ReturnType<typeof readOverdueOrders>>[number];

/** @returns how many orders had no workflow and were resumed */
async function resumeOrders(deps: SweepDependencies, { failures, onProgress }: SweepSteps): Promise<number> {
  const { db, settings } = deps;
  const orders = await readOverdueOrders(db, settings.RESERVATION_GRACE_SECONDS + LATE_SECONDS);
  let resumed = 0;
  for (const order of orders) {
    onProgress();
    if (await failures.attempt(`order ${order.id}`, () => resumeOrder(deps, order))) resumed += 1;
  }
  return resumed;
}

/** Resumes an order whose workflow was terminated. @returns false when its workflow is still running, for example during a Stripe outage */
async function resumeOrder(deps: SweepDependencies, overdue: OverdueOrder): Promise<boolean> {
  const { id, total_amount, status, created_at } = overdue;
  const traits = { orderId: id, ...orderTraits(deps.settings, overdue) };
  const order = { ...traits, amount: Number(total_amount), status, createdAt: created_at };
  const isResumed = await startIfMissing(deps.temporal, resumedOrderStart(order, 'by the sweep'));
  if (!isResumed) await recordIfFailing(deps, orderWorkflowId(id));
  return isResumed;
}
