import { randomUUID } from 'node:crypto';
import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { hash, verify } from '@node-rs/argon2';
import { DomainError } from '../../domain/errors.ts';
import { ACCOUNT_MAIL_TOPIC, type AccountMail } from '../../infra/account-mail.ts';
import { User } from '../../infra/postgres/entities/accounts.ts';
import { OutboxMessage } from '../../infra/postgres/entities/outbox.ts';
import type { Orm } from '../../infra/postgres/orm.ts';
import { requireGoodPassword } from './password-rules.ts';

/** Verified when no account has the email address, so that both responses take the same time. */
const PLACEHOLDER_HASH = hash('no account uses this password');

export class Accounts {
  readonly #orm: Orm;

  constructor(orm: Orm) {
    this.#orm = orm;
  }

  /** Creates the account, and queues the email that confirms its address. @throws DomainError email_taken, invalid_request */
  async register(input: { email: string; password: string; fullName?: string }): Promise<User> {
    requireGoodPassword('password', input.password, input.email);
    const em = this.#orm.em.fork();
    const id = randomUUID();
    // argon2id with the library's parameters, OWASP's first choice: 19 MiB, 2 passes, 1 lane.
    const user = em.create(User, {
      id,
      email: input.email,
      passwordHash: await hash(input.password),
      fullName: input.fullName ?? null,
    });
    const mail: AccountMail = { kind: 'verify_email', requestId: randomUUID(), userId: id };
    em.create(OutboxMessage, { topic: ACCOUNT_MAIL_TOPIC, key: id, payload: { ...mail } });
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

  /** Confirms with their password that the owner of a session makes a request. @throws DomainError invalid_credentials, unauthenticated */
  async requirePassword(userId: string, password: string): Promise<User> {
    const user = await this.#orm.em.fork().findOne(User, { id: userId }, { populate: ['passwordHash'] });
    if (!user) throw noAccount();
    if (!(await verify(user.passwordHash, password)))
      throw new DomainError('invalid_credentials', 'The password is incorrect.');
    return user;
  }

  /** @throws DomainError unauthenticated when the account no longer exists */
  async profile(userId: string): Promise<User> {
    const user = await this.#orm.em.fork().findOne(User, { id: userId });
    if (!user) throw noAccount();
    return user;
  }

  async rename(userId: string, fullName: string | null | undefined): Promise<User> {
    const em = this.#orm.em.fork();
    const user = await em.findOne(User, { id: userId });
    if (!user) throw noAccount();
    if (fullName !== undefined) user.fullName = fullName;
    await em.flush();
    return user;
  }
}

const noAccount = () => new DomainError('unauthenticated', 'This account no longer exists.');
