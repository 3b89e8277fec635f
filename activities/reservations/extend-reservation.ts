/** Extends a reservation once, together with the order that is awaiting payment on it. */

import { sql as part } from 'kysely';
import { refusalOf } from '../../domain/order-state.ts';
import { MAX_EXTENSION_MINUTES } from '../../domain/reservation.ts';
import type { Database } from '../../infra/postgres/database.ts';
import { selectOrder } from '../../infra/postgres/orders.ts';
import { lockReservation } from '../../infra/postgres/reservations.ts';
import { now } from '../../infra/postgres/statement-parts.ts';
import { recordEvent } from '../orders/order-events.ts';

export interface ExtendReservationRequest {
  reservationId: string;
  /** 1–30. */
  minutes: number;
  requestId: string;
  actor: string;
  reason?: string;
}

export type ExtendedReservation =
  | { outcome: 'extended'; expiresAt: string; orderId: string | null }
  | { outcome: 'refused'; message: string };

const ENDED = 'This reservation has ended. Ask the customer to place a new order.';
/** Its order is still pending, so a shopper who placed a new one might pay twice. */
const AWAITS_PAYMENT =
  'The time to pay is over, but a payment may be in progress. Wait: the order will be paid or closed automatically.';

/** Safe to repeat: a reservation is extended once, and the same request returns the same result. */
export async function extendReservation(db: Database, request: ExtendReservationRequest): Promise<ExtendedReservation> {
  const { reservationId, minutes, requestId, actor, reason } = request;
  if (!(minutes >= 1 && minutes <= MAX_EXTENSION_MINUTES))
    return { outcome: 'refused', message: `A reservation can be extended by 1 to ${MAX_EXTENSION_MINUTES} minutes.` };
  return db.transaction(async (sql) => {
    const reservation = await lockReservation(sql, reservationId);
    if (!reservation) return { outcome: 'refused', message: 'Reservation not found.' };
    const order = await sql.row(selectOrder(sql).where('orders.reservation_id', '=', reservationId));
    if (reservation.extended_at) {
      return reservation.extension_request === requestId
        ? { outcome: 'extended', expiresAt: reservation.expires_at.toISOString(), orderId: order?.id ?? null }
        : {
            outcome: 'refused',
            message:
              'This reservation was already extended once and can’t be extended again. If the customer can’t pay in time, ask them to place a new order.',
          };
    }
    const refusal = order && refusalOf('extendReservation', order.status);
    if (refusal) return { outcome: 'refused', message: refusal };
    if (reservation.status !== 'reserved' || reservation.expires_at.getTime() <= Date.now())
      return { outcome: 'refused', message: order ? AWAITS_PAYMENT : ENDED };
    const extended = (await sql.row(
      sql.query
        .updateTable('reservations')
        .set((to) => ({
          expires_at: part<Date>`${to.ref('expires_at')} + make_interval(mins => ${minutes})`,
          extended_at: now,
          extension_request: requestId,
          updated_at: now,
        }))
        .where('id', '=', reservationId)
        .returning('expires_at'),
    ))!;
    if (order) {
      await sql.run(
        sql.query
          .updateTable('orders')
          .set({ expires_at: extended.expires_at, updated_at: now })
          .where('id', '=', order.id),
      );
      await recordEvent(sql, {
        orderId: order.id,
        type: 'reservation_extended',
        message: `The reservation was extended by ${minutes} minutes.`,
        data: { minutes },
        actor,
        reason,
        dedupeKey: `extendReservation:${requestId}`,
      });
    }
    return { outcome: 'extended', expiresAt: extended.expires_at.toISOString(), orderId: order?.id ?? null };
  });
}
