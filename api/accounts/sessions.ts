/**
 * Sessions have short-lived access tokens and refresh tokens that change at every use; Redis stores each session. A refresh token works
 * until its successor is used, since the response may have been lost. After that, using it means that it was copied by someone else, so
 * the session ends for both.
 */
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import { DomainError } from '../../domain/errors.ts';
import type { Role } from '../../domain/roles.ts';
import type { Settings } from '../../infra/config.ts';
import { defineScript, type Script } from '../../infra/redis/script.ts';
import { accountSessionsKey, END_SESSION, ROTATE_SESSION, sessionKey } from './session-scripts.ts';

/** Two tabs can refresh at the same moment, so both get the same token within this time. */
const SHARED_MS = 10_000;

export interface SessionTokens {
  accessToken: string;
  refreshToken: string;
  expiresInSeconds: number;
}

export interface SessionOwner {
  userId: string;
  role: Role;
  /** The account's `session_generation`. A session of an earlier one has ended, even if Redis was unavailable then. */
  generation: number;
}

export interface SessionRecord {
  id: string;
  /** The browser and device of the sign-in. */
  device: string;
  startedAt: Date;
  /** When its tokens were last refreshed. */
  lastUsedAt: Date;
}

const refreshClaims = z.object({ sessionId: z.uuid(), jti: z.uuid() });

type SessionSettings = Pick<
  Settings,
  'JWT_SECRET' | 'REFRESH_SECRET' | 'ACCESS_TOKEN_SECONDS' | 'REFRESH_TOKEN_SECONDS'
>;

export class Sessions {
  readonly #redis: Redis;
  readonly #settings: SessionSettings;
  readonly #rotate: Script;
  readonly #end: Script;

  constructor(redis: Redis, settings: SessionSettings) {
    this.#redis = redis;
    this.#settings = settings;
    this.#rotate = defineScript(redis, 'sessionRotate', ROTATE_SESSION, 1);
    this.#end = defineScript(redis, 'sessionEnd', END_SESSION, 1);
  }

  /** @param device what the account's owner sees in the list of sessions */
  async start(owner: SessionOwner, device: string): Promise<SessionTokens> {
    const sessionId = randomUUID();
    const tokenId = randomUUID();
    const key = sessionKey(sessionId);
    const list = accountSessionsKey(owner.userId);
    const { REFRESH_TOKEN_SECONDS } = this.#settings;
    const { userId, generation } = owner;
    const now = Date.now();
    await this.#redis
      .multi()
      .hset(key, { userId, generation, device, pending: tokenId, startedAt: now, lastUsedAt: now, issuedAt: now })
      .expire(key, REFRESH_TOKEN_SECONDS)
      .zadd(list, now + REFRESH_TOKEN_SECONDS * 1_000, sessionId)
      .expire(list, REFRESH_TOKEN_SECONDS)
      .exec();
    return this.#tokens(owner, sessionId, tokenId);
  }

  /**
   * Exchanges a refresh token for new tokens.
   * @param findOwner returns the account's current state, or undefined if it no longer exists
   * @throws DomainError unauthenticated when the token is forged, expired, or replaced by one that was used, or its session has ended
   */
  async refresh(
    refreshToken: string,
    findOwner: (userId: string) => Promise<SessionOwner | undefined>,
  ): Promise<SessionTokens> {
    const { sessionId, jti } = this.#readRefreshToken(refreshToken);
    const [answer, userId, generation] = (await this.#rotate(
      sessionKey(sessionId),
      sessionId,
      jti,
      randomUUID(),
      Date.now(),
      SHARED_MS,
      this.#settings.REFRESH_TOKEN_SECONDS,
      this.#settings.ACCESS_TOKEN_SECONDS * 1_000,
    )) as [string, string?, string?];
    const owner = userId === undefined ? undefined : await findOwner(userId);
    if (owner?.generation === Number(generation)) return this.#tokens(owner, sessionId, answer);
    if (userId !== undefined) await this.#endById(sessionId);
    throw new DomainError(
      'unauthenticated',
      answer === 'reused'
        ? 'This refresh token was already used, so the session was ended. Sign in again.'
        : 'Your session has ended. Sign in again.',
    );
  }

  /** Ends a refresh token's session; one that has ended is no error. @throws DomainError unauthenticated for an invalid token */
  async end(refreshToken: string): Promise<void> {
    await this.#endById(this.#readRefreshToken(refreshToken).sessionId);
  }

  /** The account's sessions, most recently used first. */
  async list(userId: string): Promise<SessionRecord[]> {
    const ids = await this.#redis.zrange(accountSessionsKey(userId), Date.now(), '+inf', 'BYSCORE');
    const records = await Promise.all(ids.map((id) => this.#redis.hgetall(sessionKey(id))));
    return records
      .map(({ device = '', startedAt, lastUsedAt, userId: owner }, index) => ({
        id: ids[index]!,
        device,
        startedAt: new Date(Number(startedAt)),
        lastUsedAt: new Date(Number(lastUsedAt)),
        isOwn: owner === userId,
      }))
      .filter(({ isOwn }) => isOwn)
      .map(({ isOwn: _isOwn, ...session }) => session)
      .sort((one, other) => other.lastUsedAt.getTime() - one.lastUsedAt.getTime());
  }

  /** @throws DomainError not_found, also for a session of another account */
  async endOwn(userId: string, sessionId: string): Promise<void> {
    const score = await this.#redis.zscore(accountSessionsKey(userId), sessionId);
    if (score === null) throw new DomainError('not_found', 'This session has already ended.');
    await this.#endById(sessionId);
  }

  /** @param exceptId a session that continues */
  async endAll(userId: string, exceptId?: string): Promise<void> {
    const ids = await this.#redis.zrange(accountSessionsKey(userId), 0, '-1');
    await Promise.all(ids.filter((id) => id !== exceptId).map((id) => this.#endById(id)));
  }

  async #endById(sessionId: string): Promise<void> {
    const accessMs = this.#settings.ACCESS_TOKEN_SECONDS * 1_000;
    await this.#end(sessionKey(sessionId), sessionId, Date.now(), accessMs);
  }

  #readRefreshToken(token: string): z.infer<typeof refreshClaims> {
    try {
      return refreshClaims.parse(jwt.verify(token, this.#settings.REFRESH_SECRET, { algorithms: ['HS256'] }));
    } catch {
      throw new DomainError('unauthenticated', 'The refresh token is not valid or has expired. Sign in again.');
    }
  }

  #tokens(owner: SessionOwner, sessionId: string, tokenId: string): SessionTokens {
    const { JWT_SECRET, REFRESH_SECRET, ACCESS_TOKEN_SECONDS, REFRESH_TOKEN_SECONDS } = this.#settings;
    return {
      accessToken: jwt.sign({ userId: owner.userId, role: owner.role, sessionId }, JWT_SECRET, {
        algorithm: 'HS256',
        expiresIn: ACCESS_TOKEN_SECONDS,
      }),
      refreshToken: jwt.sign({ sessionId, jti: tokenId }, REFRESH_SECRET, {
        algorithm: 'HS256',
        expiresIn: REFRESH_TOKEN_SECONDS,
      }),
      expiresInSeconds: ACCESS_TOKEN_SECONDS,
    };
  }
}
