/** Holds on stock: taking one for the cart, and giving back the one before it. */
import type { Reservation, ShortLine } from '#lib/contracts.ts';
import type { Api } from './api.ts';
import { isProblem } from './problem.ts';

export type HoldResult = { held: Reservation } | { short: ShortLine[] };

/**
 * Holds everything in the cart. A hold that this browser took before and did not use goes back first, or the shopper
 * would compete with it.
 * @throws ApiProblem for everything but stock falling short
 */
export async function holdCart(api: Api, idempotencyKey: string): Promise<HoldResult> {
  await releaseLastHold(api);
  try {
    const held = await api.post<Reservation>('/reservations', {}, { idempotencyKey });
    api.cookies.keepHold(held.id);
    return { held };
  } catch (error) {
    if (isProblem(error, 'out_of_stock')) return { short: shortLines(error.extra.lines) };
    throw error;
  }
}

/** Gives a hold back; one that has ended, became an order or is unknown stays as it is. @throws ApiProblem when the API is not answering */
export async function releaseHold(api: Api, reservationId: string): Promise<void> {
  try {
    await api.delete(`/reservations/${encodeURIComponent(reservationId)}`);
  } catch (error) {
    if (!isProblem(error) || error.status >= 500) throw error;
  }
  if (api.cookies.holdId === reservationId) api.cookies.dropHold();
}

async function releaseLastHold(api: Api): Promise<void> {
  const last = api.cookies.holdId;
  if (last !== undefined) await releaseHold(api, last);
}

/** The lines of an `out_of_stock` problem. */
export function shortLines(lines: unknown): ShortLine[] {
  return Array.isArray(lines) ? (lines as ShortLine[]) : [];
}
