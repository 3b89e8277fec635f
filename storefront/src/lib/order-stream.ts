/** Following an order from the browser: the server's event stream, and asking now and then where a stream does not get through. */
import type { OrderStreamMessage } from './contracts.ts';

const LOOK_AFTER_MS = 4000;

/**
 * Calls `changed` whenever the order may look different from what is shown.
 * @returns stops following
 */
export function followOrder(
  order: { id: string; status: string; last_payment_error: string | null; refunded_amount: number },
  changed: () => void,
): () => void {
  let heard = false;
  let stream = open();

  function open(): EventSource {
    const opened = new EventSource(`/orders/${order.id}/events`);
    opened.addEventListener('order', (event) => {
      heard = true;
      const told = JSON.parse(event.data as string) as OrderStreamMessage;
      const same =
        told.status === order.status &&
        told.last_payment_error === order.last_payment_error &&
        told.refunded_amount === order.refunded_amount;
      if (!same) changed();
    });
    return opened;
  }

  const timer = setInterval(() => {
    // A browser gives a stream up for good once it was answered with an error; the shop may be back by now.
    if (stream.readyState === EventSource.CLOSED) stream = open();
    // Something on the way holds streams back.
    else if (!heard) changed();
  }, LOOK_AFTER_MS);

  return () => {
    stream.close();
    clearInterval(timer);
  };
}
