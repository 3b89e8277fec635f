/** Until when a reservation keeps its stock: the rule that the ledger, the sweep, and the audit share. */
import type { Settings } from '../../infra/config.ts';

export type ReservationEndSettings = Pick<Settings, 'RESERVATION_GRACE_SECONDS' | 'PAYMENT_SETTLE_SECONDS'>;

/**
 * SQL interval for which an unpaid reservation continues past `expires_at`. Without an order: zero. With an order: a short grace period,
 * in which its workflow ends it. With a payment created at Stripe: much longer, because the shopper may have paid in time, which is
 * unknown while Stripe does not respond. Usually the reservation ends earlier, together with the payment.
 * @param order alias of the pending order's row, outer-joined to its reservation
 * @param firstParameter number of the statement's parameter for the first of `keptSeconds`; the second follows it
 */
export const keptPastDeadline = (order: string, firstParameter: number): string =>
  `make_interval(secs => case when ${order}.id is null then 0 when ${order}.payment_intent_id is null then $${firstParameter}::int
     else greatest($${firstParameter}::int, $${firstParameter + 1}::int) end)`;

/** Values of the parameters of `keptPastDeadline`, in seconds. */
export const keptSeconds = (settings: ReservationEndSettings): [number, number] => [
  settings.RESERVATION_GRACE_SECONDS,
  settings.PAYMENT_SETTLE_SECONDS,
];
