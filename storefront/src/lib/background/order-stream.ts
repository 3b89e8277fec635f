/** The connection on which a browser receives the changes of orders, for all of its tabs. */
import type { OrderStreamMessage } from '#lib/contracts.ts';

/** Tabs open and close in quick succession. */
const SETTLE_MS = 200;
const FIRST_RETRY_MS = 5_000;
const MAX_RETRY_MS = 60_000;
/** As many as the API accepts. The tabs of further orders ask for changes instead. */
export const MAX_ORDERS = 30;

export interface StreamListener {
  onorder: (message: OrderStreamMessage) => void;
  /** The connection has ended. The stream tries again by itself. */
  ondown: () => void;
}

export class OrderStream {
  readonly #listener: StreamListener;
  readonly #latest = new Map<string, OrderStreamMessage>();
  #ids: readonly string[] = [];
  #source: EventSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #retryMs = FIRST_RETRY_MS;

  constructor(listener: StreamListener) {
    this.#listener = listener;
  }

  /** Follows these orders, and no others. */
  follow(orderIds: Iterable<string>): void {
    const ids = [...new Set(orderIds)].sort().slice(0, MAX_ORDERS);
    if (ids.join() === this.#ids.join()) return;
    this.#ids = ids;
    for (const id of this.#latest.keys()) if (!ids.includes(id)) this.#latest.delete(id);
    this.#openAfter(SETTLE_MS);
  }

  /** The last state of an order that was received on the open connection, for a tab that opens later. */
  latest(orderId: string): OrderStreamMessage | undefined {
    return this.#latest.get(orderId);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#latest.clear();
    this.#ids = [];
  }

  #openAfter(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#open(), ms);
  }

  #open(): void {
    this.#source?.close();
    this.#source = undefined;
    if (this.#ids.length === 0) return;
    const source = new EventSource(`/orders/events?${new URLSearchParams(this.#ids.map((id) => ['id', id]))}`);
    this.#source = source;
    source.addEventListener('order', (event) => {
      this.#retryMs = FIRST_RETRY_MS;
      const message = JSON.parse(event.data as string) as OrderStreamMessage;
      this.#latest.set(message.id, message);
      this.#listener.onorder(message);
    });
    source.addEventListener('error', () => {
      this.#latest.clear();
      this.#listener.ondown();
      // A browser does not reconnect after an error response, but the shop may be available again.
      if (source.readyState !== EventSource.CLOSED || source !== this.#source) return;
      this.#openAfter(this.#retryMs);
      this.#retryMs = Math.min(MAX_RETRY_MS, this.#retryMs * 2);
    });
  }
}
