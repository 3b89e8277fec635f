/** Following an order from the browser: the server's event stream, and asking now and then where a stream does not get through. */
import type { OrderStreamMessage } from './contracts.ts';

const ASK_EVERY_MS = 8000;

/**
 * Calls `changed` whenever the order may look different from what is shown.
 * @returns stops following
 */
export function followOrder(
  order: { id: string; status: string; last_payment_error: string | null; refunded_amount: number },
  changed: () => void,
): () => void {
  const stream = new EventSource(`/orders/${order.id}/events`);
  stream.addEventListener('order', (event) => {
    const told = JSON.parse(event.data as string) as OrderStreamMessage;
    const same =
      told.status === order.status &&
      told.last_payment_error === order.last_payment_error &&
      told.refunded_amount === order.refunded_amount;
    if (!same) changed();
  });
  const timer = setInterval(() => {
    if (stream.readyState !== EventSource.OPEN) changed();
  }, ASK_EVERY_MS);
  return () => {
    stream.close();
    clearInterval(timer);
  };
}
