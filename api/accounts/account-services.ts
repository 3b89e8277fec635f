/** What the routes of accounts share: their services, and how an account and its session look on the wire. */
import type { User as UserEntity } from '../../infra/postgres/entities/accounts.ts';
import type { ApiDependencies } from '../context.ts';
import type { Session, User } from '../contracts/accounts.ts';
import { Credentials } from './credentials.ts';
import { Accounts } from './service.ts';
import { type SessionOwner, Sessions, type SessionTokens } from './sessions.ts';
import { SignInLimits } from './sign-in-limits.ts';

export interface AccountServices extends ApiDependencies {
  accounts: Accounts;
  credentials: Credentials;
  sessions: Sessions;
  signInLimits: SignInLimits;
}

export function accountServices<Deps extends ApiDependencies>(deps: Deps): Deps & AccountServices {
  const accounts = new Accounts(deps.orm);
  return {
    ...deps,
    accounts,
    credentials: new Credentials(deps.db, accounts),
    sessions: new Sessions(deps.redis, deps.settings),
    signInLimits: new SignInLimits(deps),
  };
}

export function ownerOf(user: UserEntity): SessionOwner {
  return { userId: user.id, role: user.role, generation: user.sessionGeneration };
}

/**
 * Ends an account's sessions after PostgreSQL has: refreshing them fails in any case, so an unavailable Redis only lets access tokens live
 * until they expire.
 */
export async function endSessions({ sessions, log }: Pick<AccountServices, 'sessions' | 'log'>, userId: string) {
  await sessions.endAll(userId).catch((error: unknown) => {
    log.warn({ err: error }, 'Sessions could not be ended in Redis; their access tokens expire by themselves');
  });
}

export function toUser(user: UserEntity): User {
  return {
    id: user.id,
    email: user.email,
    email_verified: Boolean(user.emailVerifiedAt),
    full_name: user.fullName ?? null,
    role: user.role,
    created_at: new Date(user.createdAt).toISOString(),
  };
}

export function toSession(tokens: SessionTokens, user: UserEntity): Session {
  return {
    access_token: tokens.accessToken,
    refresh_token: tokens.refreshToken,
    token_type: 'Bearer',
    expires_in: tokens.expiresInSeconds,
    user: toUser(user),
  };
}
