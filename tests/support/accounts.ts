import { randomUUID } from 'node:crypto';
import type { Role } from '../../domain/roles.ts';
import { type AnyBody, Shopper, type TestShop } from './shop.ts';

export const PASSWORD = 'correct horse battery';

/** Creates an account and signs in. */
export async function signedIn(
  shop: TestShop,
  role: Role = 'customer',
): Promise<Shopper & { session: AnyBody; email: string }> {
  const person = new Shopper(shop.api.url);
  const email = `${role}-${randomUUID()}@example.test`;
  const registered = await person.call('POST', '/auth/register', { email, password: PASSWORD, full_name: 'Ada Test' });
  let session = registered.body;
  if (role !== 'customer') {
    await shop.services.db.run('update users set role = $2 where id = $1', [session.user.id, role]);
    session = (await person.call('POST', '/auth/login', { email, password: PASSWORD })).body;
  }
  person.token = session.access_token;
  return Object.assign(person, { session, email });
}
