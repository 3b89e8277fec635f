/** Checks that a database belongs to this build, because tables of another build must be neither read nor changed. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

/** A migration's name is its file name. */
const KNOWN: ReadonlySet<string> = new Set(
  readdirSync(join(import.meta.dirname, 'migrations')).flatMap((file) => /^(\d{4}-.+)\.ts$/.exec(file)?.[1] ?? []),
);

/** The database has migrations that this build does not know. */
export class UnknownMigrationsError extends Error {
  override name = 'UnknownMigrationsError';

  constructor(migrations: readonly string[]) {
    super(
      `The database was created by a different build of the shop and can't be upgraded by this one. It has unknown migrations: ${migrations.join(', ')}. Nothing was changed.`,
    );
  }
}

/** @throws UnknownMigrationsError when the database has run a migration that this build lacks */
export async function requireKnownMigrations(postgresUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    const table = await client.query<{ found: string | null }>(`select to_regclass('schema_migrations') as found`);
    if (!table.rows[0]?.found) return;
    const { rows } = await client.query<{ name: string }>('select name from schema_migrations order by name');
    const unknown = rows.map(({ name }) => name).filter((name) => !KNOWN.has(name));
    if (unknown.length > 0) throw new UnknownMigrationsError(unknown);
  } finally {
    await client.end();
  }
}
