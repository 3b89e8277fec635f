/** Following an order from the browser: the server's event stream, and asking now and then where a stream does not get through. */
import type { OrderStreamMessage } from './contracts.ts';

/** While somebody waits for a payment; afterwards an order moves in hours. */
const LOOK_WHILE_PENDING_MS = 4000;
const LOOK_AFTERWARDS_MS = 60_000;

/** What the stream tells of an order. */
type Followed = Omit<OrderStreamMessage, 'status'> & { status: string };

/**
 * Calls `changed` whenever the order may look different from what is shown.
 * @returns stops following
 */
export function followOrder(order: Followed, changed: () => void): () => void {
  let heard = false;
  let stream = open();

  function open(): EventSource {
    const opened = new EventSource(`/orders/${order.id}/events`);
    opened.addEventListener('order', (event) => {
      heard = true;
      if (!isSame(JSON.parse(event.data as string) as OrderStreamMessage, order)) changed();
    });
    return opened;
  }

  const timer = setInterval(
    () => {
      // A browser gives a stream up for good once it was answered with an error; the shop may be back by now.
      if (stream.readyState === EventSource.CLOSED) stream = open();
      // Something on the way holds streams back.
      else if (!heard) changed();
    },
    order.status === 'pending' ? LOOK_WHILE_PENDING_MS : LOOK_AFTERWARDS_MS,
  );
  const stopWatching = whenSeenAgain(changed);

  return () => {
    stream.close();
    clearInterval(timer);
    stopWatching();
  };
}

export function isSame(told: Followed, shown: Followed): boolean {
  return (
    told.status === shown.status &&
    told.last_payment_error === shown.last_payment_error &&
    told.refunded_amount === shown.refunded_amount &&
    Date.parse(told.expires_at) === Date.parse(shown.expires_at) &&
    Date.parse(told.updated_at) === Date.parse(shown.updated_at)
  );
}

/**
 * Calls `seen` when the shopper comes back to the page: phones put pages to sleep, and streams with them.
 * @returns stops watching
 */
export function whenSeenAgain(seen: () => void): () => void {
  const look = () => {
    if (document.visibilityState === 'visible') seen();
  };
  document.addEventListener('visibilitychange', look);
  return () => document.removeEventListener('visibilitychange', look);
}
