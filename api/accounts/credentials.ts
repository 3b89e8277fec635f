/** Changes of an account's password and email address, and its closure. Links in emails prove who owns an address. */
import { randomUUID } from 'node:crypto';
import { hash } from '@node-rs/argon2';
import { maskEmail } from '../../domain/email.ts';
import { DomainError } from '../../domain/errors.ts';
import { userOwner } from '../../domain/identity.ts';
import type { OrderStatus } from '../../domain/order-state.ts';
import { ACCOUNT_CLOSED_TOPIC, ACCOUNT_MAIL_TOPIC, type AccountMail } from '../../infra/account-mail.ts';
import { hashToken } from '../../infra/account-tokens.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';
import type { AccountTokenPurpose } from '../../infra/postgres/entities/accounts.ts';
import { anyOf, now } from '../../infra/postgres/statement-parts.ts';
import { requireGoodPassword } from './password-rules.ts';
import type { Accounts } from './service.ts';

/** Orders that still need the shopper: to be paid, shipped, delivered, or decided. */
const OPEN_ORDERS: readonly OrderStatus[] = [
  'pending',
  'paid',
  'under_review',
  'partially_shipped',
  'shipped',
  'partially_refunded',
];

export class Credentials {
  readonly #db: Database;
  readonly #accounts: Accounts;

  constructor(db: Database, accounts: Accounts) {
    this.#db = db;
    this.#accounts = accounts;
  }

  /** Does the same for every address, since its response must not reveal whether an account exists. */
  async requestPasswordReset(email: string): Promise<void> {
    const requestId = randomUUID();
    await queueMail(this.#db, requestId, { kind: 'reset_password', requestId, email });
  }

  /** @returns the account's ID @throws DomainError not_found for an invalid link; invalid_request for a bad password */
  async resetPassword(token: string, password: string): Promise<string> {
    const { user_id: userId, email } = await this.#findToken(token, ['reset_password']);
    requireGoodPassword('password', password, email);
    const passwordHash = await hash(password);
    await this.#db.transaction(async (sql) => {
      await useToken(sql, token);
      await setPassword(sql, userId, passwordHash);
      // The link arrived at this address.
      await sql.run(sql.query.updateTable('users').set({ email_verified_at: now }).where('id', '=', userId));
    });
    return userId;
  }

  /** @throws DomainError invalid_credentials; invalid_request for a bad password */
  async changePassword(userId: string, current: string, next: string): Promise<void> {
    const { email } = await this.#accounts.requirePassword(userId, current);
    requireGoodPassword('new_password', next, email);
    const passwordHash = await hash(next);
    await this.#db.transaction((sql) => setPassword(sql, userId, passwordHash));
  }

  /** Sends a link to the new address, or, if it belongs to another account, only an explanation. @throws DomainError invalid_credentials */
  async requestEmailChange(userId: string, email: string, password: string): Promise<void> {
    await this.#accounts.requirePassword(userId, password);
    await queueMail(this.#db, userId, { kind: 'change_email', requestId: randomUUID(), userId, email });
  }

  async requestVerification(userId: string): Promise<void> {
    await queueMail(this.#db, userId, { kind: 'verify_email', requestId: randomUUID(), userId });
  }

  /** Confirms the account's address, or replaces it by the new one. @throws DomainError not_found for an invalid link; email_taken */
  async confirmEmail(token: string): Promise<void> {
    const { user_id: userId, email } = await this.#findToken(token, ['verify_email', 'change_email']);
    await this.#db
      .transaction(async (sql) => {
        await useToken(sql, token);
        const user = sql.query.selectFrom('users').select('email').where('id', '=', userId);
        const previous = (await sql.row(user.forUpdate()))?.email;
        const set = { email, email_verified_at: now, updated_at: now };
        await sql.run(sql.query.updateTable('users').set(set).where('id', '=', userId));
        if (previous === undefined || previous === email) return;
        // Links that were sent to the previous address no longer prove anything.
        await sql.run(sql.query.deleteFrom('account_tokens').where('user_id', '=', userId));
        await queueMail(sql, userId, { kind: 'email_changed', email: previous, message: maskEmail(email) });
      })
      .catch((error: { code?: string }) => {
        if (error.code !== '23505') throw error;
        throw new DomainError('email_taken', 'Another account uses this email address now.');
      });
  }

  /**
   * Closes a customer's account. Orders stay without the person; the worker removes what they contain about them.
   * @throws DomainError invalid_credentials; forbidden for staff; conflict while an order or a reservation is open
   */
  async close(userId: string, password: string): Promise<void> {
    const { role, email } = await this.#accounts.requirePassword(userId, password);
    if (role !== 'customer') throw new DomainError('forbidden', 'Ask an administrator to close a staff account.');
    await this.#db.transaction(async (sql) => {
      const locked = sql.query.selectFrom('users').select('id').where('id', '=', userId).forUpdate();
      if (!(await sql.row(locked))) return;
      await requireNothingOpen(sql, userId);
      await sql.run(sql.query.insertInto('outbox').values({ topic: ACCOUNT_CLOSED_TOPIC, key: userId }));
      await queueMail(sql, randomUUID(), { kind: 'account_closed', email });
      await sql.run(sql.query.deleteFrom('users').where('id', '=', userId));
    });
  }

  async #findToken(token: string, purposes: readonly AccountTokenPurpose[]) {
    const row = await this.#db.row(
      this.#db.query
        .selectFrom('account_tokens')
        .select(['user_id', 'email'])
        .where('token_hash', '=', hashToken(token))
        .where('purpose', '=', anyOf(purposes))
        .where('used_at', 'is', null)
        .where('expires_at', '>', now),
    );
    if (!row) throw invalidLink();
    return row;
  }
}

const invalidLink = () =>
  new DomainError('not_found', 'This link has expired or was already used. Request a new email.');

/** Two requests with the same link: the second one waits for the first and finds the link used. */
async function useToken(sql: Sql, token: string): Promise<void> {
  const used = await sql.run(
    sql.query
      .updateTable('account_tokens')
      .set({ used_at: now })
      .where('token_hash', '=', hashToken(token))
      .where('used_at', 'is', null),
  );
  if (used === 0) throw invalidLink();
}

/** Also ends all sessions, and makes earlier reset links invalid. */
async function setPassword(sql: Sql, userId: string, passwordHash: string): Promise<void> {
  await sql.run(
    sql.query
      .updateTable('users')
      .set((user) => ({
        password_hash: passwordHash,
        session_generation: user('session_generation', '+', 1),
        updated_at: now,
      }))
      .where('id', '=', userId),
  );
  await sql.run(
    sql.query
      .updateTable('account_tokens')
      .set({ used_at: now })
      .where('user_id', '=', userId)
      .where('purpose', '=', 'reset_password')
      .where('used_at', 'is', null),
  );
  await queueMail(sql, userId, { kind: 'password_changed', userId });
}

async function requireNothingOpen(sql: Sql, userId: string): Promise<void> {
  const open = await sql.row(
    sql.query
      .selectFrom('orders')
      .select('number')
      .where('user_id', '=', userId)
      .where((order) =>
        order.or([
          order('status', '=', anyOf(OPEN_ORDERS)),
          order.exists(
            order
              .selectFrom('refunds')
              .select('refunds.id')
              .whereRef('refunds.order_id', '=', 'orders.id')
              .where('refunds.status', '=', anyOf(['awaiting_return', 'awaiting_approval', 'pending'] as const)),
          ),
        ]),
      )
      .limit(1),
  );
  if (open)
    throw new DomainError(
      'conflict',
      `Order ${open.number} is not complete. You can close your account when all orders are delivered or canceled.`,
    );
  const reserved = await sql.row(
    sql.query
      .selectFrom('reservations')
      .select('id')
      .where('owner', '=', userOwner(userId))
      .where('status', '=', 'reserved')
      .limit(1),
  );
  if (reserved)
    throw new DomainError('conflict', 'Items are reserved for you. Finish or leave the checkout, then try again.');
}

async function queueMail(sql: Sql, key: string, mail: AccountMail): Promise<void> {
  await sql.run(sql.query.insertInto('outbox').values({ topic: ACCOUNT_MAIL_TOPIC, key, payload: { ...mail } }));
}
