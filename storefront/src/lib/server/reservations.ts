/** Reservations: of everything in the cart, and giving one back. */
import type { Reservation, ShortLine } from '#lib/contracts.ts';
import type { Api } from './api.ts';
import { isProblem } from './problem.ts';

export type ReservationResult = { reserved: Reservation } | { short: ShortLine[] } | { unpaidOrderId: string };

/**
 * Reserves everything in the cart, in the place of what the shopper had reserved before. An order of theirs that waits for its payment
 * comes first: it is answered instead.
 * @throws ApiProblem for everything but stock falling short
 */
export async function reserveCart(api: Api, idempotencyKey: string): Promise<ReservationResult> {
  try {
    return await reserve(api, idempotencyKey).catch((error: unknown) => {
      // The page was drawn before that reservation ended, as with the browser's back button: this press is a new request.
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

/** Gives a reservation back; one that has ended, became an order or is unknown stays as it is. @throws ApiProblem when the API is not answering */
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
