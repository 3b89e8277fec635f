/** PostgreSQL: one MikroORM a process, and beside it plain SQL on the same pool for the statements where each millisecond counts. */

import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import type { Settings } from '../config.ts';
import { Database } from './database.ts';
import { User } from './entities/accounts.ts';
import { Category, Product, ProductFamily } from './entities/catalog.ts';
import { migrations } from './migrations/index.ts';

export type Orm = MikroORM;

/** Between the server's own limit of a statement and ours, so that a server that is alive says which it was. */
const GRACE_MS = 500;

export interface Postgres {
  orm: Orm;
  db: Database;
  close(): Promise<void>;
}

/**
 * Connects.
 * @param timeoutMs longest wait for a connection, and for the answer to a statement; no limit when left out
 * @throws when the server can't be reached
 */
export async function connectPostgres(
  settings: Pick<Settings, 'POSTGRES_URL' | 'POSTGRES_POOL_MAX'>,
  timeoutMs?: number,
): Promise<Postgres> {
  const orm = await MikroORM.init({
    clientUrl: settings.POSTGRES_URL,
    entities: [User, Category, ProductFamily, Product],
    extensions: [Migrator],
    migrations: { tableName: 'schema_migrations', migrationsList: migrations, snapshot: false },
    pool: { min: 0, max: settings.POSTGRES_POOL_MAX },
    forceUtcTimezone: true,
    // The server gives up a statement by itself; a server that hangs is given up here, a moment later.
    ...(timeoutMs !== undefined && {
      driverOptions: {
        connectionTimeoutMillis: timeoutMs,
        statement_timeout: timeoutMs,
        query_timeout: timeoutMs + GRACE_MS,
      },
    }),
  });
  const connection = orm.em.getDriver().getConnection() as unknown as { getNativeClient(): Promise<Pool> };
  const pool = await connection.getNativeClient();
  return { orm, db: new Database(pool), close: () => orm.close(true) };
}
