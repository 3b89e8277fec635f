/**
 * Idempotency keys like Stripe's: the first response under a key is returned for a day. The record is written in the transaction
 * of the change, so that both become durable at the same moment.
 */
import { createHmac } from 'node:crypto';
import type { StatementSync } from 'node:sqlite';
import type { Answer } from './call.ts';
import { idempotencyKeyInUse, idempotencyMismatch } from './errors.ts';
import { canonicalText, type FormObject } from './form.ts';
import type { Store } from './store.ts';

export interface KeyedRequest {
  key: string;
  path: string;
  /** A keyed hash, because the parameters may contain a card number, which must not be recoverable from the database. */
  fingerprint: Buffer;
}

export interface Replay extends Answer {
  originalRequestId: string;
}

const KEPT_SECONDS = 24 * 3600;
const PRUNE_EVERY_MS = 3600_000;

export class IdempotencyKeys {
  readonly #secret: string;
  readonly #inFlight = new Set<string>();
  readonly #get: StatementSync;
  readonly #insert: StatementSync;
  readonly #prune: StatementSync;
  readonly #timer: NodeJS.Timeout;

  constructor(store: Store, secret: string) {
    this.#secret = secret;
    store.database.exec(`
      CREATE TABLE IF NOT EXISTS idempotency_keys (
        key TEXT PRIMARY KEY, path TEXT NOT NULL, fingerprint BLOB NOT NULL, request_id TEXT NOT NULL,
        status INTEGER NOT NULL, body TEXT NOT NULL, created INTEGER NOT NULL);
      CREATE INDEX IF NOT EXISTS idempotency_keys_created ON idempotency_keys (created)`);
    this.#get = store.database.prepare('SELECT * FROM idempotency_keys WHERE key = ?');
    this.#insert = store.database.prepare(
      `INSERT INTO idempotency_keys (key, path, fingerprint, request_id, status, body, created)
       VALUES (?, ?, ?, ?, ?, ?, unixepoch())`,
    );
    this.#prune = store.database.prepare('DELETE FROM idempotency_keys WHERE created < unixepoch() - ?');
    this.#prune.run(KEPT_SECONDS);
    this.#timer = setInterval(() => this.#prune.run(KEPT_SECONDS), PRUNE_EVERY_MS);
    this.#timer.unref();
  }

  describe(key: string, path: string, parameters: FormObject): KeyedRequest {
    const fingerprint = createHmac('sha256', this.#secret).update(canonicalText(parameters)).digest();
    return { key, path, fingerprint };
  }

  /**
   * Acquires the key for a request, which must then be `release`d, or returns the first request's response.
   * @throws ApiError when another request with the key is running, or had other parameters
   */
  acquire(request: KeyedRequest): Replay | undefined {
    if (this.#inFlight.has(request.key)) throw idempotencyKeyInUse(request.key);
    const stored = this.#get.get(request.key);
    if (!stored) {
      this.#inFlight.add(request.key);
      return undefined;
    }
    if (stored.path !== request.path) {
      throw idempotencyMismatch(
        'Keys for idempotent requests can only be used for the same endpoint they were first used for ' +
          `('${request.path}' vs '${String(stored.path)}'). Try using a key other than '${request.key}' if you meant to ` +
          'execute a different request.',
      );
    }
    if (!request.fingerprint.equals(stored.fingerprint as Uint8Array)) {
      throw idempotencyMismatch(
        'Keys for idempotent requests can only be used with the same parameters they were first used with. Try using ' +
          `a key other than '${request.key}' if you meant to execute a different request.`,
      );
    }
    return {
      status: stored.status as number,
      body: stored.body as string,
      originalRequestId: stored.request_id as string,
    };
  }

  /** Stores the response. Call inside the transaction of the change. */
  keep(request: KeyedRequest, requestId: string, answer: Answer): void {
    const { key, path, fingerprint } = request;
    this.#insert.run(key, path, fingerprint, requestId, answer.status, answer.body);
  }

  release(request: KeyedRequest): void {
    this.#inFlight.delete(request.key);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
