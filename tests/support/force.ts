import type { Database } from '../../infra/postgres/database.ts';

/** Runs statements past the triggers, as somebody with the database's password can. */
export async function force(db: Database, statements: readonly string[], values: unknown[]): Promise<void> {
  await db.transaction(async (sql) => {
    await sql.run('set local session_replication_role = replica', []);
    for (const statement of statements) await sql.run(statement, values);
  });
}
