/** How the page of an order learns of changes: from the browser's event stream, or by asking at growing intervals where it is blocked. */
import type { OrderStreamMessage } from '#lib/contracts.ts';
import { SharedOrders } from './shared-orders.ts';

/** After a payment, its result is a matter of seconds. */
const FIRST_POLL_MS = 4_000;
const POLL_GROWTH = 1.5;
/** Few enough for the API's limits, for as long as a reservation lasts. */
const MAX_POLL_PENDING_MS = 20_000;
/** Once paid, an order changes within hours. */
const POLL_PAID_MS = 60_000;
/** A connection can be lost without anyone noticing. */
const CHECK_STREAM_MS = { pending: 60_000, later: 300_000 } as const;

/** The fields of an order that the stream reports. */
export type FollowedOrder = Omit<OrderStreamMessage, 'status'> & { status: string };

const browserOrders = new SharedOrders();

export class OrderFollowing {
  readonly #orders: Pick<SharedOrders, 'follow'>;
  readonly #order: () => FollowedOrder;
  #isStreaming = false;
  #pollMs = FIRST_POLL_MS;

  /** @param order as the page shows it */
  constructor(order: () => FollowedOrder, orders: Pick<SharedOrders, 'follow'> = browserOrders) {
    this.#order = order;
    this.#orders = orders;
  }

  /** Calls `changed` whenever the order may differ from what the page shows. @returns stops */
  follow(changed: () => void): () => void {
    return this.#orders.follow(this.#order().id, {
      onorder: (message) => {
        this.#isStreaming = true;
        if (!isSame(message, this.#order())) changed();
      },
      ondown: () => {
        const wasStreaming = this.#isStreaming;
        this.#isStreaming = false;
        // Until now, the page relied on the stream.
        if (wasStreaming) changed();
      },
    });
  }

  /** Asks more often again, because the shopper expects a result. */
  hurry(): void {
    this.#pollMs = FIRST_POLL_MS;
  }

  /** Milliseconds until the page asks for changes. */
  intervalMs(): number {
    const isPending = this.#order().status === 'pending';
    if (this.#isStreaming) return isPending ? CHECK_STREAM_MS.pending : CHECK_STREAM_MS.later;
    if (!isPending) return POLL_PAID_MS;
    const interval = this.#pollMs;
    this.#pollMs = Math.min(MAX_POLL_PENDING_MS, interval * POLL_GROWTH);
    return interval;
  }
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
