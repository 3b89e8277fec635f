/** PostgreSQL: one MikroORM per process, and typed statements on the same pool. */

import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import type { Settings } from '../config.ts';
import { Database } from './database.ts';

import { entities } from './entities/index.ts';
import { migrations } from './migrations/index.ts';

export type Orm = MikroORM;

/** Difference between the server's statement timeout and ours, so that a responsive server can report the timeout first. */
const GRACE_MS = 500;

export interface Postgres {
  orm: Orm;
  db: Database;
  close(): Promise<void>;
}

/**
 * Connects.
 * @param timeoutMs maximum wait for a connection and for a statement's result; no limit when omitted
 * @throws when the server can't be reached
 */
export async function connectPostgres(
  settings: Pick<Settings, 'POSTGRES_URL' | 'POSTGRES_POOL_MAX'>,
  timeoutMs?: number,
): Promise<Postgres> {
  const orm = await MikroORM.init({
    clientUrl: settings.POSTGRES_URL,
    entities: [...entities],
    extensions: [Migrator],
    migrations: { tableName: 'schema_migrations', migrationsList: migrations, snapshot: false },
    pool: { min: 0, max: settings.POSTGRES_POOL_MAX },
    forceUtcTimezone: true,
    // The server cancels a statement itself; the client times out a moment later, for a hanging server.
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
  return { orm, db: new Database(pool, orm.em.getKysely()), close: () => orm.close(true) };
}
