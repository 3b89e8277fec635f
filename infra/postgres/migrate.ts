/** `npm run migrate`: migrates the database. Safe to run twice, and in several processes at once. */
import { readSome, SettingsError } from '../config.ts';
import { writeOrderSteps } from './order-steps.ts';
import { connectPostgres } from './orm.ts';
import { requireKnownMigrations, UnknownMigrationsError } from './unknown-migrations.ts';

const MIGRATION_LOCK = 7_261_001;

try {
  const { POSTGRES_URL } = readSome(['POSTGRES_URL']);
  await requireKnownMigrations(POSTGRES_URL);
  const postgres = await connectPostgres({ POSTGRES_URL, POSTGRES_POOL_MAX: 4 });
  const client = await postgres.db.pool.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const done = await postgres.orm.migrator.up();
    await writeOrderSteps(postgres.db);
    console.log(
      done.length === 0
        ? 'The database schema is up to date.'
        : `Migrated: ${done.map((step) => step.name).join(', ')}.`,
    );
  } finally {
    client.release(true);
    await postgres.close();
  }
} catch (error) {
  if (error instanceof UnknownMigrationsError)
    console.error(
      `${error.message}\nOn one machine, "npm start -- --reset" deletes the shop's data and starts fresh; on your own server, set POSTGRES_URL to an empty database.`,
    );
  else console.error(error instanceof SettingsError ? error.message : error);
  process.exitCode = 1;
}
