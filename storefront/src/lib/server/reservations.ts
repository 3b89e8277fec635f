/** Reserves the cart and releases reservations. */
import type { Reservation, ShortLine } from '#lib/contracts.ts';
import type { Api } from './api.ts';
import { isProblem } from './problem.ts';

export type ReservationResult = { reserved: Reservation } | { short: ShortLine[] } | { unpaidOrderId: string };

/**
 * Reserves everything in the cart and replaces the shopper's earlier reservation. Returns the shopper's unpaid order instead, if
 * there is one.
 * @throws ApiProblem for anything but insufficient stock
 */
export async function reserveCart(api: Api, idempotencyKey: string): Promise<ReservationResult> {
  try {
    return await reserve(api, idempotencyKey).catch((error: unknown) => {
      // The page rendered before that reservation ended, as with the browser's back button, so this click is a new request.
      if (isProblem(error, 'reservation_ended')) return reserve(api, crypto.randomUUID());
      throw error;
    });
  } catch (error) {
    if (isProblem(error, 'out_of_stock')) return { short: shortLines(error.extra.lines) };
    throw error;
  }
}

async function reserve(api: Api, idempotencyKey: string): Promise<ReservationResult> {
  const reserved = await api.post<Reservation>('/reservations', {}, { idempotencyKey });
  return reserved.order_id === null ? { reserved } : { unpaidOrderId: reserved.order_id };
}

/** Releases a reservation, unless it has ended, became an order, or is unknown. @throws ApiProblem when the API does not respond */
export async function releaseReservation(api: Api, reservationId: string): Promise<void> {
  try {
    await api.delete(`/reservations/${encodeURIComponent(reservationId)}`);
  } catch (error) {
    if (!isProblem(error) || error.status >= 500) throw error;
  }
}

/** The lines of an `out_of_stock` problem. */
export function shortLines(lines: unknown): ShortLine[] {
  return Array.isArray(lines) ? (lines as ShortLine[]) : [];
}
