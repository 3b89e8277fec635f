/**
 * Delivers events immediately and concurrently, signed with Stripe's scheme, and retries with increasing delays until a 2xx response.
 * Pending deliveries are stored in the database, so a restart continues with them and may repeat a delivery.
 */
import { createHmac } from 'node:crypto';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { StatementSync } from 'node:sqlite';
import { nowSeconds } from './clock.ts';
import type { Fault, Faults } from './faults.ts';
import type { StandinSettings } from './settings.ts';
import type { Store } from './store.ts';

export interface Delivery {
  sequence: number;
  eventId: string;
  type: string;
  /** Unix time in seconds. */
  created: number;
  payload: string;
  attempts: number;
}

export interface WebhookFigures {
  /** Deliveries without a 2xx response, including those that wait for a retry. */
  pending: number;
  in_flight: number;
  /** Deliveries since this process started. */
  delivered: number;
  failed_attempts: number;
}

const MAX_RETRY_WAIT_MS = 30_000;
const GIVE_UP_SECONDS = 3 * 24 * 3600;
/** Finished deliveries are deleted in batches; a crash before that repeats them, as Stripe may. */
const FLUSH_EVERY_MS = 25;

export class WebhookSender {
  readonly #settings: StandinSettings;
  readonly #store: Store;
  readonly #faults: Faults;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;
  readonly #recordAttempt: StatementSync;
  readonly #queue: Delivery[] = [];
  /** Deliveries that a fault delays until a later one has arrived. */
  readonly #delayed = new Set<() => void>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #finished: number[] = [];
  #flushTimer: NodeJS.Timeout | undefined;
  #inFlight = 0;
  #delivered = 0;
  #failedAttempts = 0;
  #stopped = false;

  constructor(settings: StandinSettings, store: Store, faults: Faults) {
    this.#settings = settings;
    this.#store = store;
    this.#faults = faults;
    const secure = settings.webhookUrl?.startsWith('https:') ?? false;
    this.#agent = new (secure ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: settings.webhookConcurrency });
    store.database.exec(`CREATE TABLE IF NOT EXISTS deliveries (
      seq INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, type TEXT NOT NULL,
      created INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0);
      CREATE INDEX IF NOT EXISTS deliveries_event ON deliveries (event_id)`);
    this.#insert = store.database.prepare('INSERT INTO deliveries (event_id, type, created) VALUES (?, ?, ?)');
    this.#delete = store.database.prepare('DELETE FROM deliveries WHERE seq = ?');
    this.#recordAttempt = store.database.prepare('UPDATE deliveries SET attempts = ? WHERE seq = ?');
  }

  /** Sends deliveries that earlier processes left pending. */
  start(): void {
    const rows = this.#store.database
      .prepare('SELECT d.*, e.document FROM deliveries d JOIN events e ON e.id = d.event_id ORDER BY d.seq')
      .all();
    for (const row of rows) {
      this.send({
        sequence: Number(row.seq),
        eventId: String(row.event_id),
        type: String(row.type),
        created: Number(row.created),
        payload: String(row.document),
        attempts: Number(row.attempts),
      });
    }
  }

  /** Makes a delivery durable. Call inside the transaction that records the event, then `send` it. */
  register(eventId: string, type: string, created: number, payload: string): Delivery {
    const { lastInsertRowid } = this.#insert.run(eventId, type, created);
    return { sequence: Number(lastInsertRowid), eventId, type, created, payload, attempts: 0 };
  }

  send(delivery: Delivery): void {
    this.#queue.push(delivery);
    this.#pump();
  }

  pendingOf(eventId: string): number {
    this.#flush();
    const row = this.#store.database
      .prepare('SELECT COUNT(*) AS total FROM deliveries WHERE event_id = ?')
      .get(eventId);
    return Number(row!.total);
  }

  figures(): WebhookFigures {
    this.#flush();
    const pending = Number(this.#store.database.prepare('SELECT COUNT(*) AS total FROM deliveries').get()!.total);
    return {
      pending,
      in_flight: this.#inFlight,
      delivered: this.#delivered,
      failed_attempts: this.#failedAttempts,
    };
  }

  /** Stops sending; pending deliveries stay in the database. */
  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#flush();
    this.#agent.destroy();
  }

  #pump(): void {
    while (!this.#stopped && this.#inFlight < this.#settings.webhookConcurrency) {
      const delivery = this.#queue.shift();
      if (!delivery) return;
      const fault = this.#faults.takeWebhook(delivery.type);
      if (fault) this.#misdeliver(delivery, fault);
      else this.#attempt(delivery);
    }
  }

  #misdeliver(delivery: Delivery, fault: Extract<Fault, { target: 'webhook' }>): void {
    switch (fault.kind) {
      case 'lost':
        this.#finish(delivery);
        return;
      case 'delay':
        this.#later(fault.delay_ms, () => this.#attempt(delivery));
        return;
      case 'error':
        this.#failed(delivery);
        return;
      case 'doubled':
        this.#attempt(delivery, () => this.#attempt(delivery));
        return;
      case 'timeout_after_commit':
        this.#attempt(delivery, () => this.#failed(delivery));
        return;
      case 'out_of_order': {
        const release = () => {
          if (this.#delayed.delete(release)) this.#attempt(delivery);
        };
        this.#delayed.add(release);
        this.#later(fault.delay_ms, release);
      }
    }
  }

  /** @param arrived replaces the default handling of a 2xx response */
  #attempt(delivery: Delivery, arrived = () => this.#arrived(delivery)): void {
    if (this.#stopped) return;
    this.#inFlight += 1;
    this.#post(delivery.payload, (succeeded) => {
      this.#inFlight -= 1;
      if (succeeded) arrived();
      else this.#failed(delivery);
      this.#pump();
    });
  }

  #arrived(delivery: Delivery): void {
    this.#delivered += 1;
    this.#finish(delivery);
    for (const release of [...this.#delayed]) release();
  }

  #finish(delivery: Delivery): void {
    this.#finished.push(delivery.sequence);
    this.#flushTimer ??= setTimeout(() => this.#flush(), FLUSH_EVERY_MS);
  }

  #failed(delivery: Delivery): void {
    this.#failedAttempts += 1;
    if (this.#stopped) return;
    delivery.attempts += 1;
    if (nowSeconds() - delivery.created > GIVE_UP_SECONDS) {
      this.#finish(delivery);
      return;
    }
    this.#recordAttempt.run(delivery.attempts, delivery.sequence);
    const doubled = this.#settings.webhookRetryMs * 2 ** Math.min(delivery.attempts - 1, 20);
    const waitMs = Math.min(doubled, MAX_RETRY_WAIT_MS) * (0.75 + Math.random() / 2);
    this.#later(waitMs, () => this.send(delivery));
  }

  #later(delayMs: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, delayMs);
    this.#timers.add(timer);
  }

  #flush(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    const finished = this.#finished;
    if (finished.length === 0) return;
    this.#finished = [];
    this.#store.transaction(() => {
      for (const sequence of finished) this.#delete.run(sequence);
    });
  }

  #post(payload: string, done: (succeeded: boolean) => void): void {
    const { webhookUrl, webhookSecret, webhookTimeoutMs } = this.#settings;
    const url = webhookUrl!;
    const request = (url.startsWith('https:') ? httpsRequest : httpRequest)(url, {
      method: 'POST',
      agent: this.#agent,
      timeout: webhookTimeoutMs,
      headers: {
        'Content-Type': 'application/json; charset=utf-8',
        'Content-Length': Buffer.byteLength(payload),
        'Stripe-Signature': signatureHeader(payload, webhookSecret),
        'User-Agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      },
    });
    let settled = false;
    const settle = (succeeded: boolean) => {
      if (settled) return;
      settled = true;
      done(succeeded);
    };
    request.on('response', (response) => {
      response.resume();
      response.on('error', () => settle(false));
      response.on('end', () => settle(response.statusCode! >= 200 && response.statusCode! < 300));
      response.on('close', () => settle(false));
    });
    request.on('timeout', () => request.destroy(new Error('timed out')));
    request.on('error', () => settle(false));
    request.end(payload);
  }
}

/** Stripe's scheme: HMAC-SHA256 over `timestamp.payload`. */
export function signatureHeader(payload: string, secret: string, timestamp = nowSeconds()): string {
  const signature = createHmac('sha256', secret).update(`${timestamp}.${payload}`).digest('hex');
  return `t=${timestamp},v1=${signature}`;
}
