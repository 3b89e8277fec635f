/** The stand-in's durable state in one SQLite file with a write-ahead log, so that committed changes survive a killed process. */
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
  disputed: number;
  disputes_open: number;
}

export interface Ledger {
  /**
   * Minor units by currency. `refunded` excludes failed refunds and includes `refunds_pending`. `disputed` is the amount that disputes
   * have withdrawn: it excludes won ones and includes `disputes_open`.
   */
  currencies: LedgerLine[];
  payment_intents: Record<string, number>;
  charges: Record<string, number>;
  refunds: Record<string, number>;
  disputes: Record<string, number>;
  events: number;
}

const NOTHING = { captured: 0, refunded: 0, refunds_pending: 0, disputed: 0, disputes_open: 0 };

export class Store {
  readonly database: DatabaseSync;
  readonly paymentIntents: Collection<Stripe.PaymentIntent>;
  readonly paymentMethods: Collection<Stripe.PaymentMethod>;
  readonly charges: Collection<Stripe.Charge>;
  readonly refunds: Collection<Stripe.Refund>;
  readonly disputes: Collection<Stripe.Dispute>;
  readonly events: Collection<Stripe.Event>;
  #committed: (() => void)[] = [];

  constructor(dataDir: string) {
    mkdirSync(dataDir, { recursive: true });
    const database = new DatabaseSync(join(dataDir, 'stripe.db'));
    // NORMAL does not sync the log at each commit: a killed process loses nothing, but a power failure may lose the last moments.
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
    this.disputes = new Collection(database, {
      table: 'disputes',
      columns: {
        payment_intent: (dispute) => idOf(dispute.payment_intent),
        charge: (dispute) => idOf(dispute.charge),
        status: (dispute) => dispute.status,
        currency: (dispute) => dispute.currency,
        amount: (dispute) => dispute.amount,
      },
      indexes: ['payment_intent', 'charge'],
    });
    this.events = new Collection(database, {
      table: 'events',
      columns: { type: (event) => event.type },
      indexes: ['type'],
    });
  }

  /** Runs `work` in one transaction; callbacks registered with `afterCommit` run once it is durable. */
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
    const sum = (name: Exclude<keyof LedgerLine, 'currency'>, column: string, from: string) => {
      const rows = this.database
        .prepare(`SELECT currency, SUM(${column}) AS total FROM ${from} GROUP BY currency`)
        .all();
      for (const row of rows) {
        const currency = String(row.currency);
        const line = lines.get(currency) ?? { ...NOTHING, currency };
        lines.set(currency, { ...line, [name]: Number(row.total) });
      }
    };
    sum('captured', 'amount_captured', 'charges');
    sum('refunded', 'amount', "refunds WHERE status IN ('succeeded', 'pending')");
    sum('refunds_pending', 'amount', "refunds WHERE status = 'pending'");
    sum('disputed', 'amount', "disputes WHERE status <> 'won'");
    sum('disputes_open', 'amount', "disputes WHERE status NOT IN ('won', 'lost')");
    return {
      currencies: [...lines.values()],
      payment_intents: this.#countByStatus('payment_intents'),
      charges: this.#countByStatus('charges'),
      refunds: this.#countByStatus('refunds'),
      disputes: this.#countByStatus('disputes'),
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
