/**
 * Sessions have short-lived access tokens and refresh tokens that change at every use; Redis stores each session's current refresh token.
 * A refresh token that is used twice was copied by someone else, so the session ends for both.
 */
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import { DomainError } from '../../domain/errors.ts';
import type { Role } from '../../domain/roles.ts';
import type { Settings } from '../../infra/config.ts';
import { defineScript, type Script } from '../../infra/redis/script.ts';

/** Two tabs can refresh at the same moment, so a replaced token stays valid for this long. */
const ROTATION_GRACE_MS = 10_000;

export interface SessionTokens {
  accessToken: string;
  refreshToken: string;
  expiresInSeconds: number;
}

export interface SessionOwner {
  userId: string;
  role: Role;
}

const refreshClaims = z.object({ sessionId: z.uuid(), jti: z.uuid() });

/** KEYS session; ARGV presented next now-ms grace-ms ttl-seconds */
const ROTATE = `
local current = redis.call('hget', KEYS[1], 'current')
if not current then return {'gone'} end
if current == ARGV[1] then
  redis.call('hset', KEYS[1], 'current', ARGV[2], 'previous', ARGV[1], 'rotatedAt', ARGV[3])
  redis.call('expire', KEYS[1], ARGV[5])
  return {ARGV[2], redis.call('hget', KEYS[1], 'userId')}
end
if redis.call('hget', KEYS[1], 'previous') == ARGV[1]
  and tonumber(ARGV[3]) - tonumber(redis.call('hget', KEYS[1], 'rotatedAt')) <= tonumber(ARGV[4]) then
  return {current, redis.call('hget', KEYS[1], 'userId')}
end
redis.call('del', KEYS[1])
return {'reused'}`;

type SessionSettings = Pick<
  Settings,
  'JWT_SECRET' | 'REFRESH_SECRET' | 'ACCESS_TOKEN_SECONDS' | 'REFRESH_TOKEN_SECONDS'
>;

export class Sessions {
  readonly #redis: Redis;
  readonly #settings: SessionSettings;
  readonly #rotate: Script;

  constructor(redis: Redis, settings: SessionSettings) {
    this.#redis = redis;
    this.#settings = settings;
    this.#rotate = defineScript(redis, 'sessionRotate', ROTATE, 1);
  }

  async start(owner: SessionOwner): Promise<SessionTokens> {
    const sessionId = randomUUID();
    const tokenId = randomUUID();
    const key = sessionKey(sessionId);
    await this.#redis
      .multi()
      .hset(key, { userId: owner.userId, current: tokenId })
      .expire(key, this.#settings.REFRESH_TOKEN_SECONDS)
      .exec();
    return this.#tokens(owner, sessionId, tokenId);
  }

  /**
   * Exchanges a refresh token for new tokens.
   * @param findOwner returns the account's current state, or undefined if it no longer exists
   * @throws DomainError unauthenticated when the token is forged, expired, or already used, or its session has ended
   */
  async refresh(
    refreshToken: string,
    findOwner: (userId: string) => Promise<SessionOwner | undefined>,
  ): Promise<SessionTokens> {
    const { sessionId, jti } = this.#readRefreshToken(refreshToken);
    const [answer, userId] = (await this.#rotate(
      sessionKey(sessionId),
      jti,
      randomUUID(),
      Date.now(),
      ROTATION_GRACE_MS,
      this.#settings.REFRESH_TOKEN_SECONDS,
    )) as [string, string?];
    const owner = userId && (await findOwner(userId));
    if (!owner) {
      throw new DomainError(
        'unauthenticated',
        answer === 'reused'
          ? 'This refresh token was already used, so the session was ended. Sign in again.'
          : 'Your session has ended. Sign in again.',
      );
    }
    return this.#tokens(owner, sessionId, answer);
  }

  /** Ends a refresh token's session; one that has ended is no error. @throws DomainError unauthenticated for an invalid token */
  async end(refreshToken: string): Promise<void> {
    const { sessionId } = this.#readRefreshToken(refreshToken);
    await this.#redis.del(sessionKey(sessionId));
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

const sessionKey = (sessionId: string): string => `session:${sessionId}`;
