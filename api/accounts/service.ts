import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { hash, verify } from '@node-rs/argon2';
import { DomainError } from '../../domain/errors.ts';
import { User } from '../../infra/postgres/entities/accounts.ts';
import type { Orm } from '../../infra/postgres/orm.ts';
import type { SessionOwner } from './sessions.ts';

/** Verified when no account has the email address, so that both responses take the same time. */
const PLACEHOLDER_HASH = hash('no account uses this password');

export class Accounts {
  readonly #orm: Orm;

  constructor(orm: Orm) {
    this.#orm = orm;
  }

  /** @throws DomainError email_taken */
  async register(input: { email: string; password: string; fullName?: string }): Promise<User> {
    const em = this.#orm.em.fork();
    // argon2id with the library's parameters, OWASP's first choice: 19 MiB, 2 passes, 1 lane.
    const user = em.create(User, {
      email: input.email,
      passwordHash: await hash(input.password),
      fullName: input.fullName ?? null,
    });
    try {
      await em.flush();
    } catch (error) {
      if (!(error instanceof UniqueConstraintViolationException)) throw error;
      throw new DomainError('email_taken', 'Sign in or use a different email address.');
    }
    return user;
  }

  /** @throws DomainError invalid_credentials, for an unknown email address and a wrong password alike */
  async authenticate(email: string, password: string): Promise<User> {
    const em = this.#orm.em.fork();
    const user = await em.findOne(User, { email }, { populate: ['passwordHash'] });
    const matches = await verify(user?.passwordHash ?? (await PLACEHOLDER_HASH), password);
    if (!user || !matches) throw new DomainError('invalid_credentials', 'Check the email address and password.');
    return user;
  }

  async owner(userId: string): Promise<SessionOwner | undefined> {
    const user = await this.#orm.em.fork().findOne(User, { id: userId });
    return user ? { userId: user.id, role: user.role } : undefined;
  }

  /** @throws DomainError unauthenticated when the account no longer exists */
  async profile(userId: string): Promise<User> {
    const user = await this.#orm.em.fork().findOne(User, { id: userId });
    if (!user) throw new DomainError('unauthenticated', 'This account no longer exists.');
    return user;
  }

  async rename(userId: string, fullName: string | null | undefined): Promise<User> {
    const em = this.#orm.em.fork();
    const user = await em.findOne(User, { id: userId });
    if (!user) throw new DomainError('unauthenticated', 'This account no longer exists.');
    if (fullName !== undefined) user.fullName = fullName;
    await em.flush();
    return user;
  }
}
