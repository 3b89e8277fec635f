/** Statements on the ORM's pool: statements prepared once per connection, exact types, one retry rule for transactions. */

import type { Compilable, Kysely } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import pg from 'pg';
import { isStoreUnavailable } from '../unavailable.ts';
import type { Tables } from './entities/index.ts';

// The ORM's pool returns dates as text; here a timestamptz is a Date, a bigint a number (ours stay below 2^53), and a numeric exact text.
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text: string) => new Date(text));
types.setTypeParser(pg.types.builtins.INT8, Number);
types.setTypeParser(pg.types.builtins.NUMERIC, (text: string) => text);
types.setTypeParser(pg.types.builtins.JSONB, (text: string) => JSON.parse(text) as unknown);

const statementNames = new Map<string, string>();
function statementName(text: string): string {
  let name = statementNames.get(text);
  if (!name) {
    name = `s${statementNames.size + 1}`;
    statementNames.set(text, name);
  }
  return name;
}

export interface StatementOptions {
  /** Plans the statement with its values instead of preparing it, for statements whose best plan depends on the values. */
  isPlannedEachTime?: boolean;
}

/**
 * Runs statements: on the pool, or inside one transaction. A statement is built with `query`, so that the compiler checks it against the
 * entities, or is a text where SQL reads better. Either way its text must not vary with its values, because it is prepared under a name.
 */
export interface Sql {
  /**
   * Builds statements from the entities' tables and columns. `rows`, `row`, and `run` send them. Never call a statement's own `execute`: it
   * would run outside the transaction, and unprepared.
   */
  readonly query: Kysely<Tables>;
  /** Rows of one statement. */
  rows<Row>(query: Compilable<Row>, options?: StatementOptions): Promise<Row[]>;
  rows<Row>(text: string, values?: readonly unknown[], options?: StatementOptions): Promise<Row[]>;
  /** First row, or undefined. */
  row<Row>(query: Compilable<Row>): Promise<Row | undefined>;
  row<Row>(text: string, values?: readonly unknown[]): Promise<Row | undefined>;
  /** Number of rows that a statement changed. */
  run(query: Compilable): Promise<number>;
  run(text: string, values?: readonly unknown[]): Promise<number>;
}

class SqlOn implements Sql {
  readonly query: Kysely<Tables>;
  readonly #target: Pool | PoolClient;

  constructor(target: Pool | PoolClient, query: Kysely<Tables>) {
    this.#target = target;
    this.query = query;
  }

  #send(statement: string | Compilable, values: readonly unknown[] = [], options: StatementOptions = {}) {
    const { sql: text, parameters } =
      typeof statement === 'string' ? { sql: statement, parameters: values } : statement.compile();
    const name = options.isPlannedEachTime ? undefined : statementName(text);
    return this.#target.query({ name, text, values: parameters as unknown[], types });
  }

  async rows<Row>(
    statement: string | Compilable<Row>,
    valuesOrOptions?: readonly unknown[] | StatementOptions,
    options?: StatementOptions,
  ): Promise<Row[]> {
    const { rows } =
      typeof statement === 'string'
        ? await this.#send(statement, valuesOrOptions as readonly unknown[], options)
        : await this.#send(statement, [], valuesOrOptions as StatementOptions);
    return rows as Row[];
  }

  async row<Row>(statement: string | Compilable<Row>, values?: readonly unknown[]): Promise<Row | undefined> {
    return (await this.#send(statement, values)).rows[0] as Row | undefined;
  }

  async run(statement: string | Compilable, values?: readonly unknown[]): Promise<number> {
    return (await this.#send(statement, values)).rowCount ?? 0;
  }
}

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';
const TRANSACTION_TRIES = 3;

export class Database extends SqlOn {
  readonly pool: Pool;

  /** @param query of the ORM on this pool: `em.getKysely()` */
  constructor(pool: Pool, query: Kysely<Tables>) {
    super(pool, query);
    this.pool = pool;
  }

  /**
   * Runs `work` in one transaction, which is committed when it returns and rolled back when it throws. `work` is retried after a deadlock
   * or a serialization failure, so it must have no effects outside the database.
   */
  async transaction<Result>(
    work: (sql: Sql) => Promise<Result>,
    options: { isolation?: 'read committed' | 'repeatable read'; readOnly?: boolean } = {},
  ): Promise<Result> {
    const begin = `begin isolation level ${options.isolation ?? 'read committed'}${options.readOnly ? ' read only' : ''}`;
    for (let attempt = 1; ; attempt++) {
      const client = await this.pool.connect();
      let broken: Error | undefined;
      try {
        await client.query(begin);
        const result = await work(new SqlOn(client, this.query));
        await client.query('commit');
        return result;
      } catch (error) {
        // A hanging server would not answer the rollback either; closing the connection ends the transaction.
        if (isStoreUnavailable(error)) broken = error as Error;
        else {
          await client.query('rollback').catch((rollbackError: Error) => {
            broken = rollbackError;
          });
        }
        const code = (error as { code?: string }).code;
        if ((code !== SERIALIZATION_FAILURE && code !== DEADLOCK) || attempt === TRANSACTION_TRIES) throw error;
      } finally {
        client.release(broken);
      }
    }
  }
}
