/** Until when a reservation keeps its stock: the rule that the ledger, the sweep, and the audit share. */
import { type Expression, expressionBuilder, sql as part, type RawBuilder } from 'kysely';
import type { Settings } from '../../infra/config.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import type { Row, Tables } from '../../infra/postgres/entities/index.ts';
import { literal } from '../../infra/postgres/statement-parts.ts';

export type ReservationEndSettings = Pick<Settings, 'RESERVATION_GRACE_SECONDS' | 'PAYMENT_SETTLE_SECONDS'>;

/** Reservations to select from, each with the order that awaits payment on it as `pending` if there is one, and until when they are kept. */
export function keptReservations(sql: Sql, settings: ReservationEndSettings) {
  const reservations = sql.query
    .selectFrom('reservations')
    .leftJoin('orders as pending', (join) =>
      join.onRef('pending.reservation_id', '=', 'reservations.id').on('pending.status', '=', literal('pending')),
    );
  const { ref } = expressionBuilder(reservations);
  const until = keptUntil(
    ref('reservations.expires_at'),
    { id: ref('pending.id'), payment: ref('pending.payment_intent_id') },
    settings,
  );
  return { reservations, keptUntil: until };
}

/** Until when a pending order's reservation is kept. */
export function orderKeptUntil(settings: ReservationEndSettings): RawBuilder<Date> {
  const { ref } = expressionBuilder<Tables, 'orders'>();
  return keptUntil(
    ref('orders.expires_at'),
    { id: ref('orders.id'), payment: ref('orders.payment_intent_id') },
    settings,
  );
}

/**
 * An unpaid reservation without an order is kept until `expiresAt`. With an order: for a short grace period more, in which its workflow ends
 * it. With a payment created at Stripe: much longer, because the shopper may have paid in time, which is unknown while Stripe does not
 * respond. Usually the reservation ends earlier, together with the payment.
 */
function keptUntil(
  expiresAt: Expression<Date>,
  order: { id: Expression<Row<'orders'>['id'] | null>; payment: Expression<Row<'orders'>['payment_intent_id']> },
  settings: ReservationEndSettings,
): RawBuilder<Date> {
  const grace = part`${settings.RESERVATION_GRACE_SECONDS}::int`;
  const settle = part`${settings.PAYMENT_SETTLE_SECONDS}::int`;
  return part<Date>`${expiresAt} + make_interval(secs => case when ${order.id} is null then 0
    when ${order.payment} is null then ${grace} else greatest(${grace}, ${settle}) end)`;
}
