/** Listens for order changes on one PostgreSQL connection per process, shared by all order event streams. */
import pg from 'pg';
import type { Logger } from '../../infra/logger.ts';

const RECONNECT_MS = 1_000;

export class OrderListener {
  readonly #url: string;
  readonly #log: Logger;
  readonly #listeners = new Map<string, Set<() => void>>();
  #client: pg.Client | undefined;
  #stopped = false;

  constructor(url: string, log: Logger) {
    this.#url = url;
    this.#log = log;
  }

  async start(): Promise<void> {
    const client = new pg.Client({ connectionString: this.#url });
    client.on('notification', ({ payload }) => this.#notify(payload));
    client.on('error', (error) => this.#log.warn({ err: error }, 'order listener: connection lost'));
    client.on('end', () => this.#reconnect());
    await client.connect();
    await client.query('listen order_changed');
    this.#client = client;
  }

  #notify(orderId: string | undefined): void {
    for (const listener of this.#listeners.get(orderId ?? '') ?? []) listener();
  }

  #reconnect(): void {
    this.#client = undefined;
    if (this.#stopped) return;
    setTimeout(() => {
      this.start().then(
        // Changes may have been missed while the connection was down, so every listener reads its order again.
        () => {
          for (const orderId of this.#listeners.keys()) this.#notify(orderId);
        },
        () => this.#reconnect(),
      );
    }, RECONNECT_MS).unref();
  }

  /** Calls `listener` after each change of the order. @returns a function that stops it */
  listen(orderId: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(orderId) ?? new Set();
    this.#listeners.set(orderId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(orderId);
    };
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#client?.end();
  }
}
