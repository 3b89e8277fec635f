/** Follows an order from the browser through the server's event stream, with polling where streams are blocked. */
import type { OrderStreamMessage } from './contracts.ts';

/** While a payment is pending; after that, an order changes within hours. */
const POLL_WHILE_PENDING_MS = 4000;
const POLL_AFTERWARDS_MS = 60_000;

/** The fields of an order that the stream reports. */
type FollowedOrder = Omit<OrderStreamMessage, 'status'> & { status: string };

/**
 * Calls `changed` whenever the order may differ from what the page shows.
 * @returns stops following
 */
export function followOrder(order: FollowedOrder, changed: () => void): () => void {
  let hasReceived = false;
  let stream = open();

  function open(): EventSource {
    const opened = new EventSource(`/orders/${order.id}/events`);
    opened.addEventListener('order', (event) => {
      hasReceived = true;
      if (!isSame(JSON.parse(event.data as string) as OrderStreamMessage, order)) changed();
    });
    return opened;
  }

  const timer = setInterval(
    () => {
      // A browser does not reconnect after an error response, but the shop may be available again.
      if (stream.readyState === EventSource.CLOSED) stream = open();
      // A proxy is buffering the stream.
      else if (!hasReceived) changed();
    },
    order.status === 'pending' ? POLL_WHILE_PENDING_MS : POLL_AFTERWARDS_MS,
  );
  const stopWatching = onVisible(changed);

  return () => {
    stream.close();
    clearInterval(timer);
    stopWatching();
  };
}

export function isSame(received: FollowedOrder, shown: FollowedOrder): boolean {
  return (
    received.status === shown.status &&
    received.last_payment_error === shown.last_payment_error &&
    received.refunded_amount === shown.refunded_amount &&
    Date.parse(received.expires_at) === Date.parse(shown.expires_at) &&
    Date.parse(received.updated_at) === Date.parse(shown.updated_at)
  );
}

/**
 * Calls `callback` when the page becomes visible again: phones suspend background pages and their streams.
 * @returns stops watching
 */
export function onVisible(callback: () => void): () => void {
  const check = () => {
    if (document.visibilityState === 'visible') callback();
  };
  document.addEventListener('visibilitychange', check);
  return () => document.removeEventListener('visibilitychange', check);
}
