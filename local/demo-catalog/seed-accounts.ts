/** Adds the demo accounts with their known passwords to the database, only for local shops and tests. */
import { hash } from '@node-rs/argon2';
import type { Database } from '../../infra/postgres/database.ts';
import { now, rowsOf } from '../../infra/postgres/statement-parts.ts';
import { demoAccounts } from './demo-accounts.ts';

/** Creates the accounts, or resets their name, role, and password. @returns the number of accounts */
export async function seedDemoAccounts(db: Database): Promise<number> {
  const rows = await Promise.all(
    Object.entries(demoAccounts).map(async ([role, { email, password, fullName }]) => ({
      email,
      // argon2id with the library's default parameters, as for every account.
      password_hash: await hash(password),
      full_name: fullName,
      role,
    })),
  );
  return await db.run(
    db.query
      .insertInto('users')
      .columns(['email', 'password_hash', 'full_name', 'role'])
      .expression((query) =>
        query
          .selectFrom(rowsOf('given', { email: 'text', password_hash: 'text', full_name: 'text', role: 'text' }, rows))
          .select(['given.email', 'given.password_hash', 'given.full_name', 'given.role']),
      )
      .onConflict((known) =>
        known.column('email').doUpdateSet((user) => ({
          password_hash: user.ref('excluded.password_hash'),
          full_name: user.ref('excluded.full_name'),
          role: user.ref('excluded.role'),
          updated_at: now,
        })),
      ),
  );
}

/** Whether a database is on this machine, where accounts with known passwords do no harm. */
export function isLocalDatabase(postgresUrl: string): boolean {
  const { hostname } = new URL(postgresUrl);
  return ['', 'localhost', '[::1]'].includes(hostname) || hostname.startsWith('127.');
}
