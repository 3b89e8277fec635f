/** Whether a database is of this build: tables that another build made are neither read nor changed. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

/** What a migration is called is the name of its file. */
const KNOWN: ReadonlySet<string> = new Set(
  readdirSync(join(import.meta.dirname, 'migrations')).flatMap((file) => /^(\d{4}-.+)\.ts$/.exec(file)?.[1] ?? []),
);

/** The database holds tables that this build does not know. */
export class UnknownMigrationsError extends Error {
  override name = 'UnknownMigrationsError';

  constructor(migrations: readonly string[]) {
    super(
      `The database was created by a different build of the shop and can't be upgraded by this one. It has unknown migrations: ${migrations.join(', ')}. Nothing was changed.`,
    );
  }
}

/** @throws UnknownMigrationsError when a migration was run that this build does not have */
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
