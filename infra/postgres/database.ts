/** Plain SQL on the ORM's pool: statements prepared once per connection, exact types, one retry rule for transactions. */

import type { Pool, PoolClient } from 'pg';
import pg from 'pg';
import { isStoreUnavailable } from '../unavailable.ts';

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

/** Runs statements: on the pool, or inside one transaction. */
export interface Sql {
  /** Rows of one statement; its text must be one of a few constants because it is prepared under a name. */
  rows<Row>(text: string, values?: readonly unknown[], options?: StatementOptions): Promise<Row[]>;
  /** First row, or undefined. */
  row<Row>(text: string, values?: readonly unknown[]): Promise<Row | undefined>;
  /** Number of rows that a statement changed. */
  run(text: string, values?: readonly unknown[]): Promise<number>;
}

class SqlOn implements Sql {
  readonly #target: Pool | PoolClient;
  constructor(target: Pool | PoolClient) {
    this.#target = target;
  }
  #query(text: string, values: readonly unknown[], { isPlannedEachTime = false }: StatementOptions = {}) {
    const name = isPlannedEachTime ? undefined : statementName(text);
    return this.#target.query({ name, text, values: values as unknown[], types });
  }
  async rows<Row>(text: string, values: readonly unknown[] = [], options?: StatementOptions): Promise<Row[]> {
    return (await this.#query(text, values, options)).rows as Row[];
  }
  async row<Row>(text: string, values: readonly unknown[] = []): Promise<Row | undefined> {
    return (await this.#query(text, values)).rows[0] as Row | undefined;
  }
  async run(text: string, values: readonly unknown[] = []): Promise<number> {
    return (await this.#query(text, values)).rowCount ?? 0;
  }
}

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';
const TRANSACTION_TRIES = 3;

export class Database extends SqlOn {
  readonly pool: Pool;
  constructor(pool: Pool) {
    super(pool);
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
        const result = await work(new SqlOn(client));
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
