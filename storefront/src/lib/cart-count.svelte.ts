/** The number of items in the cart, for the header. Several sources know it; the latest is right. */
import { untrack } from 'svelte';

export interface CartCount {
  cartCount: number;
  /** The server's time when the cart was read, in milliseconds. */
  countedAt: number;
}

let received = $state.raw<CartCount>();

/** The count that was read last, of the loaded ones and the one received in the background; of two at the same time, the last. */
export function latestCount(...loaded: Partial<CartCount>[]): number {
  let latest: CartCount = received ?? { cartCount: 0, countedAt: 0 };
  for (const { cartCount, countedAt = 0 } of loaded) {
    if (cartCount !== undefined && countedAt >= latest.countedAt) latest = { cartCount, countedAt };
  }
  return latest.cartCount;
}

/** Keeps a count, unless a later one is known. Data without a count changes nothing. */
export function receiveCount({ cartCount, countedAt }: Partial<CartCount>): void {
  if (cartCount === undefined || countedAt === undefined) return;
  // An effect that calls this must not depend on what it changes.
  const known = untrack(() => received);
  if (!known || countedAt > known.countedAt) received = { cartCount, countedAt };
}

/** Asks for the count after the cart has changed. The header keeps the old one when the shop does not respond. */
export async function updateCount(): Promise<void> {
  try {
    const response = await fetch('/cart/count');
    if (response.ok) receiveCount((await response.json()) as CartCount);
  } catch {
    // Offline: the next page shows the count.
  }
}
