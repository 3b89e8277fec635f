/** The data of a checkout page that can change while the page is open. */
import type { Reservation } from '#lib/contracts.ts';
import type { Api } from './api.ts';

export interface CheckoutData {
  reservation: Reservation;
  /** The server's time before the data was read, in milliseconds. */
  now: number;
}

/** @throws ApiProblem */
export async function readCheckout(api: Api, reservationId: string): Promise<CheckoutData> {
  const now = Date.now();
  return { reservation: await api.get<Reservation>(`/reservations/${encodeURIComponent(reservationId)}`), now };
}
