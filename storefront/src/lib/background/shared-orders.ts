/**
 * Shares one connection among all visible tabs of a browser, since a browser opens at most six to a shop over HTTP/1.1. The tab that
 * holds a lock opens it and passes everything on; when that tab is hidden or closed, another one takes over. A browser without locks
 * or channels, such as one on a page without TLS, opens a connection per visible tab.
 */
import type { OrderStreamMessage } from '#lib/contracts.ts';
import { OrderStream, type StreamListener } from './order-stream.ts';

const NAME = 'order-stream';
/** Tabs repeat what they follow, and one that has not done so for a while has crashed. */
const REPEAT_MS = 25_000;
const FORGET_MS = 80_000;

type Note =
  /** A tab follows these orders; none when it leaves. */
  | { kind: 'follow'; tab: string; ids: readonly string[] }
  /** A tab has opened the connection, and asks what the others follow. */
  | { kind: 'lead' }
  | { kind: 'order'; message: OrderStreamMessage }
  | { kind: 'down' };

export class SharedOrders {
  readonly #tab = `${Math.random()}`;
  readonly #listeners = new Map<string, Set<StreamListener>>();
  /** What every tab follows; only the tab with the connection needs to know. */
  readonly #followed = new Map<string, { ids: readonly string[]; at: number }>();
  #channel: BroadcastChannel | undefined;
  #stream: OrderStream | undefined;
  #joined: AbortController | undefined;

  /** Reports the changes of an order while the page is visible. @returns stops */
  follow(orderId: string, listener: StreamListener): () => void {
    if (this.#listeners.size === 0) document.addEventListener('visibilitychange', this.#update);
    const listeners = this.#listeners.get(orderId) ?? new Set();
    this.#listeners.set(orderId, listeners.add(listener));
    this.#update();
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(orderId);
      if (this.#listeners.size === 0) document.removeEventListener('visibilitychange', this.#update);
      this.#update();
    };
  }

  readonly #update = (): void => {
    const isNeeded = this.#listeners.size > 0 && document.visibilityState === 'visible';
    if (isNeeded && !this.#joined) this.#join();
    else if (!isNeeded && this.#joined) this.#leave();
    else if (isNeeded) this.#announce();
  };

  #join(): void {
    this.#joined = new AbortController();
    const { signal } = this.#joined;
    if (typeof BroadcastChannel === 'undefined' || !navigator.locks) {
      this.#lead();
      return;
    }
    this.#channel = new BroadcastChannel(NAME);
    this.#channel.addEventListener('message', ({ data }) => this.#receive(data as Note), { signal });
    const timer = setInterval(() => this.#announce(), REPEAT_MS);
    signal.addEventListener('abort', () => clearInterval(timer));
    this.#announce();
    navigator.locks
      .request(NAME, { signal }, () => {
        this.#lead();
        return new Promise<void>((release) => signal.addEventListener('abort', () => release()));
      })
      .catch(() => {
        // The page left before it got the lock.
      });
  }

  #leave(): void {
    this.#send({ kind: 'follow', tab: this.#tab, ids: [] });
    this.#joined?.abort();
    this.#joined = undefined;
    this.#channel?.close();
    this.#channel = undefined;
    this.#stream?.close();
    this.#stream = undefined;
    this.#followed.clear();
    this.#reportDown();
  }

  #lead(): void {
    this.#stream = new OrderStream({
      onorder: (message) => this.#share({ kind: 'order', message }),
      ondown: () => this.#share({ kind: 'down' }),
    });
    this.#share({ kind: 'lead' });
  }

  #announce(): void {
    this.#share({ kind: 'follow', tab: this.#tab, ids: [...this.#listeners.keys()] });
  }

  #send(note: Note): void {
    this.#channel?.postMessage(note);
  }

  /** Sends a note to the other tabs and to this one. */
  #share(note: Note): void {
    this.#send(note);
    this.#receive(note);
  }

  #receive(note: Note): void {
    switch (note.kind) {
      case 'follow':
        this.#noteFollower(note);
        return;
      case 'lead':
        // The new connection reports the state of every order once it is open.
        this.#reportDown();
        this.#announce();
        return;
      case 'order':
        for (const listener of this.#listeners.get(note.message.id) ?? []) listener.onorder(note.message);
        return;
      case 'down':
        this.#reportDown();
        return;
    }
  }

  #noteFollower({ tab, ids }: Extract<Note, { kind: 'follow' }>): void {
    if (!this.#stream) return;
    const at = performance.now();
    const isNew = this.#followed.get(tab)?.ids.join() !== ids.join();
    this.#followed.set(tab, { ids, at });
    for (const [other, known] of this.#followed)
      if (known.ids.length === 0 || at - known.at > FORGET_MS) this.#followed.delete(other);
    this.#stream.follow([...this.#followed.values()].flatMap((known) => known.ids));
    if (!isNew) return;
    for (const message of ids.map((id) => this.#stream?.latest(id)))
      if (message) this.#share({ kind: 'order', message });
  }

  #reportDown(): void {
    for (const listeners of this.#listeners.values()) for (const listener of listeners) listener.ondown();
  }
}
