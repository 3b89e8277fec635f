/** Access tokens: JSON Web Tokens that the shop signs for signed-in accounts. */
import { createSecretKey, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { DomainError } from '../../domain/errors.ts';
import { ROLES, type Role } from '../../domain/roles.ts';
import type { Settings } from '../../infra/config.ts';

/** The signed-in account of a request. */
export interface Identity {
  userId: string;
  role: Role;
  sessionId: string;
}

const accessTokenClaims = z.object({ userId: z.uuid(), role: z.enum(ROLES), sessionId: z.uuid() });
const expiry = z.object({ exp: z.number() });

/** Enough for all active shoppers; each token takes about 600 bytes. */
const MAX_TOKENS = 50_000;

interface Known {
  identity: Identity;
  expiresAtMs: number;
}

export class AccessTokens {
  /** Created once: with the plain secret, the library would try to parse it as a public key for every token. */
  readonly #key: KeyObject;
  /** Verified tokens by their header. A token's contents never change, so its signature is verified once. */
  readonly #known = new LRUCache<string, Known>({ max: MAX_TOKENS });

  constructor({ JWT_SECRET }: Pick<Settings, 'JWT_SECRET'>) {
    this.#key = createSecretKey(JWT_SECRET, 'utf8');
  }

  /** As `read`, but undefined for a token that is not valid, or for none. */
  tryRead(authorization: string): Identity | undefined {
    if (authorization === '') return undefined;
    try {
      return this.read(authorization);
    } catch {
      return undefined;
    }
  }

  /** @param authorization the header's value @throws DomainError unauthenticated for a token that is expired, forged, or malformed */
  read(authorization: string): Identity {
    const known = this.#known.get(authorization);
    if (known && Date.now() < known.expiresAtMs) return known.identity;
    const [scheme, token] = authorization.split(' ');
    if (scheme?.toLowerCase() === 'bearer' && token) {
      try {
        const payload = jwt.verify(token, this.#key, { algorithms: ['HS256'] });
        const identity = Object.freeze(accessTokenClaims.parse(payload));
        const { data } = expiry.safeParse(payload);
        if (data) this.#known.set(authorization, { identity, expiresAtMs: data.exp * 1_000 });
        return identity;
      } catch {
        // All invalid tokens get the same error.
      }
    }
    throw new DomainError(
      'unauthenticated',
      'The access token is not valid or has expired. Refresh it or sign in again.',
    );
  }
}
