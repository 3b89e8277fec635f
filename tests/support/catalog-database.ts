/** A separate database for tests of the programs that fill a catalog. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import type { Database } from '../../infra/postgres/database.ts';
import { connectPostgres, type Postgres } from '../../infra/postgres/orm.ts';
import { CHECKOUT } from '../../local/stack/profile.ts';

export interface Ended {
  code: number;
  output: string;
  errors: string;
}

export interface CatalogDatabase {
  readonly db: Database;
  /** @param settings in addition to the database’s URL */
  run(args: readonly string[], settings?: Record<string, string>): Promise<Ended>;
  product(sku: string): Promise<Record<string, unknown> | undefined>;
  count(statement: string): Promise<number>;
}

/** Creates it for the tests of the file. @param program relative to the root of the checkout */
export function catalogDatabase(program: string): CatalogDatabase {
  const name = `catalog_${randomBytes(6).toString('hex')}`;
  let url: string;
  let postgres: Postgres;
  beforeAll(async () => {
    if (!process.env.POSTGRES_URL) throw new Error('POSTGRES_URL must name a database server; `npm test` sets it.');
    await administer(`create database ${name}`);
    const address = new URL(process.env.POSTGRES_URL);
    address.pathname = `/${name}`;
    url = address.href;
    postgres = await connectPostgres({ POSTGRES_URL: url, POSTGRES_POOL_MAX: 2 });
    await postgres.orm.migrator.up();
  });
  afterAll(async () => {
    await postgres?.close();
    await administer(`drop database if exists ${name} with (force)`);
  });
  return {
    get db() {
      return postgres.db;
    },
    run: (args, settings = {}) =>
      new Promise((resolve) => {
        const env = { PATH: process.env.PATH, POSTGRES_URL: url, ...settings };
        execFile(process.execPath, [join(CHECKOUT, program), ...args], { env }, (error, output, errors) => {
          resolve({ code: error ? Number(error.code) : 0, output, errors });
        });
      }),
    product: (sku) =>
      postgres.db.row<Record<string, unknown>>(
        `select p.*, category.slug as category from products p left join categories category on category.id = p.category_id
         where sku = $1`,
        [sku],
      ),
    count: async (statement) => (await postgres.db.row<{ n: number }>(statement))!.n,
  };
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: process.env.POSTGRES_URL });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
