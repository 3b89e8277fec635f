/** Until when a reservation keeps its stock: the one rule of the ledger, the sweep and the audit. */
import type { Settings } from '../../infra/config.ts';

export type ReservationEndSettings = Pick<Settings, 'RESERVATION_GRACE_SECONDS' | 'PAYMENT_SETTLE_SECONDS'>;

/**
 * SQL: how long past `expires_at` what is unpaid goes on, as an interval. Without an order not at all. With one, a short grace, in which
 * its workflow ends it. With a payment opened at Stripe, much longer: the shopper may have paid in time, and while Stripe doesn't answer
 * nobody knows. Whoever settles the payment ends the reservation with it, so this is a bound and not the usual way.
 * @param order alias of the pending order's row, outer-joined to what it belongs to
 * @param firstParameter number of the statement's parameter that holds the first of `keptSeconds`; the second follows it
 */
export const keptPastDeadline = (order: string, firstParameter: number): string =>
  `make_interval(secs => case when ${order}.id is null then 0 when ${order}.payment_intent_id is null then $${firstParameter}::int
     else greatest($${firstParameter}::int, $${firstParameter + 1}::int) end)`;

/** Values of those parameters. */
export const keptSeconds = (settings: ReservationEndSettings): [number, number] => [
  settings.RESERVATION_GRACE_SECONDS,
  settings.PAYMENT_SETTLE_SECONDS,
];
