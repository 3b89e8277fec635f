/** PostgreSQL: one MikroORM a process, and beside it plain SQL on the same pool for the statements where each millisecond counts. */

import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import type { Settings } from '../config.ts';
import { Database } from './database.ts';
import { User } from './entities/accounts.ts';
import { Category, Product, ProductFamily } from './entities/catalogue.ts';
import { migrations } from './migrations/index.ts';

export type Orm = MikroORM;

export interface Postgres {
  orm: Orm;
  db: Database;
  close(): Promise<void>;
}

/**
 * Connects.
 * @throws when the server can't be reached
 */
export async function connectPostgres(
  settings: Pick<Settings, 'POSTGRES_URL' | 'POSTGRES_POOL_MAX'>,
): Promise<Postgres> {
  const orm = await MikroORM.init({
    clientUrl: settings.POSTGRES_URL,
    entities: [User, Category, ProductFamily, Product],
    extensions: [Migrator],
    migrations: { tableName: 'schema_migrations', migrationsList: migrations, snapshot: false },
    pool: { min: 0, max: settings.POSTGRES_POOL_MAX },
    forceUtcTimezone: true,
  });
  const connection = orm.em.getDriver().getConnection() as unknown as { getNativeClient(): Promise<Pool> };
  const pool = await connection.getNativeClient();
  return { orm, db: new Database(pool), close: () => orm.close(true) };
}
