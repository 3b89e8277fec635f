/** The stand-in's durable state: one SQLite file. What was answered survives a killed process (write-ahead log). */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type Stripe from 'stripe';
import { Collection, idOf } from './collection.ts';

export interface LedgerLine {
  currency: string;
  captured: number;
  refunded: number;
  refunds_pending: number;
}

export interface Ledger {
  /** Minor units, by currency; `refunded` leaves failed refunds out and `refunds_pending` is a part of it. */
  currencies: LedgerLine[];
  payment_intents: Record<string, number>;
  charges: Record<string, number>;
  refunds: Record<string, number>;
  events: number;
}

export class Store {
  readonly database: DatabaseSync;
  readonly paymentIntents: Collection<Stripe.PaymentIntent>;
  readonly paymentMethods: Collection<Stripe.PaymentMethod>;
  readonly charges: Collection<Stripe.Charge>;
  readonly refunds: Collection<Stripe.Refund>;
  readonly events: Collection<Stripe.Event>;
  #committed: (() => void)[] = [];

  constructor(dataDir: string) {
    mkdirSync(dataDir, { recursive: true });
    const database = new DatabaseSync(join(dataDir, 'stripe.db'));
    // NORMAL does not sync the log at each commit: a killed process loses nothing, a power cut may lose the last moments.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000');
    this.database = database;
    this.paymentIntents = new Collection(database, {
      table: 'payment_intents',
      columns: { status: (intent) => intent.status },
      indexes: ['status'],
    });
    this.paymentMethods = new Collection(database, { table: 'payment_methods', columns: {}, indexes: [] });
    this.charges = new Collection(database, {
      table: 'charges',
      columns: {
        payment_intent: (charge) => idOf(charge.payment_intent),
        status: (charge) => charge.status,
        currency: (charge) => charge.currency,
        amount_captured: (charge) => charge.amount_captured,
      },
      indexes: ['payment_intent'],
    });
    this.refunds = new Collection(database, {
      table: 'refunds',
      columns: {
        payment_intent: (refund) => idOf(refund.payment_intent),
        charge: (refund) => idOf(refund.charge),
        status: (refund) => refund.status,
        currency: (refund) => refund.currency,
        amount: (refund) => refund.amount,
      },
      indexes: ['payment_intent', 'charge'],
    });
    this.events = new Collection(database, {
      table: 'events',
      columns: { type: (event) => event.type },
      indexes: ['type'],
    });
  }

  /** Runs `work` as one transaction; what it registers with `afterCommit` runs once it is durable. */
  transaction<Result>(work: () => Result): Result {
    this.database.exec('BEGIN IMMEDIATE');
    let result: Result;
    try {
      result = work();
      this.database.exec('COMMIT');
    } catch (error) {
      this.#committed = [];
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
    const callbacks = this.#committed;
    this.#committed = [];
    for (const callback of callbacks) callback();
    return result;
  }

  afterCommit(callback: () => void): void {
    this.#committed.push(callback);
  }

  ledger(): Ledger {
    const lines = new Map<string, LedgerLine>();
    const line = (currency: string): LedgerLine => {
      const found = lines.get(currency) ?? { currency, captured: 0, refunded: 0, refunds_pending: 0 };
      lines.set(currency, found);
      return found;
    };
    const sums = (sql: string) => this.database.prepare(sql).all() as { currency: string; total: number }[];
    for (const row of sums('SELECT currency, SUM(amount_captured) AS total FROM charges GROUP BY currency')) {
      line(row.currency).captured = row.total;
    }
    const refunded = `SELECT currency, SUM(amount) AS total FROM refunds WHERE status IN ('succeeded', 'pending') GROUP BY currency`;
    for (const row of sums(refunded)) line(row.currency).refunded = row.total;
    const pending = `SELECT currency, SUM(amount) AS total FROM refunds WHERE status = 'pending' GROUP BY currency`;
    for (const row of sums(pending)) line(row.currency).refunds_pending = row.total;
    return {
      currencies: [...lines.values()],
      payment_intents: this.#countByStatus('payment_intents'),
      charges: this.#countByStatus('charges'),
      refunds: this.#countByStatus('refunds'),
      events: Number(this.database.prepare('SELECT COUNT(*) AS total FROM events').get()!.total),
    };
  }

  #countByStatus(table: string): Record<string, number> {
    const rows = this.database.prepare(`SELECT status, COUNT(*) AS total FROM ${table} GROUP BY status`).all();
    return Object.fromEntries(rows.map((row) => [String(row.status), Number(row.total)]));
  }

  close(): void {
    this.database.close();
  }
}
