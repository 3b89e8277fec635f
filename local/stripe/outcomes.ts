/** Delayed outcomes, stored in the database so that they survive a restart. */
import type { Store } from './store.ts';

export type OutcomeKind =
  | 'settle_payment'
  | 'refund_succeeded'
  | 'refund_failed'
  | 'dispute_opened'
  | 'dispute_won'
  | 'dispute_lost'
  | 'dispute_unanswered';

export class Outcomes {
  readonly #store: Store;
  readonly #timers = new Set<NodeJS.Timeout>();
  #apply: (kind: OutcomeKind, objectId: string) => void = () => {};
  #stopped = false;

  constructor(store: Store) {
    this.#store = store;
    store.database.exec(`CREATE TABLE IF NOT EXISTS outcomes (
      seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, object_id TEXT NOT NULL, due_ms INTEGER NOT NULL)`);
  }

  /** Starts; outcomes that became due while the process was down are applied now. `apply` runs inside a transaction. */
  start(apply: (kind: OutcomeKind, objectId: string) => void): void {
    this.#apply = apply;
    for (const row of this.#store.database.prepare('SELECT seq, due_ms FROM outcomes').all()) {
      this.#arm(Number(row.seq), Number(row.due_ms));
    }
  }

  /** Call inside a transaction. */
  schedule(kind: OutcomeKind, objectId: string, delayMs: number): void {
    const dueMs = Date.now() + delayMs;
    const { lastInsertRowid } = this.#store.database
      .prepare('INSERT INTO outcomes (kind, object_id, due_ms) VALUES (?, ?, ?)')
      .run(kind, objectId, dueMs);
    this.#store.afterCommit(() => this.#arm(Number(lastInsertRowid), dueMs));
  }

  #arm(sequence: number, dueMs: number): void {
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        if (!this.#stopped) this.#run(sequence);
      },
      Math.max(0, dueMs - Date.now()),
    );
    this.#timers.add(timer);
  }

  #run(sequence: number): void {
    this.#store.transaction(() => {
      const { database } = this.#store;
      const row = database.prepare('DELETE FROM outcomes WHERE seq = ? RETURNING kind, object_id').get(sequence);
      if (row) this.#apply(row.kind as OutcomeKind, row.object_id as string);
    });
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
