import { createSecretKey, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { Middleware } from 'koa';
import { z } from 'zod';
import { DomainError } from '../../domain/errors.ts';
import { ROLES, type Role } from '../../domain/roles.ts';
import type { ApiContext, ApiState, Identity, Settings } from '../context.ts';

export const CART_COOKIE = 'cart_id';

export const accessTokenClaims = z.object({ userId: z.uuid(), role: z.enum(ROLES), sessionId: z.uuid() });
const uuid = z.uuid();

/** Reads who is asking: a bearer token, a guest's cart. A token that is wrong or over is refused, not ignored. */
export function identity(settings: Pick<Settings, 'JWT_SECRET'>): Middleware<ApiState> {
  const key = tokenKey(settings);
  return async (ctx, next) => {
    const authorization = ctx.get('Authorization');
    if (authorization) ctx.state.identity = readToken(authorization, key);
    const cartId = ctx.get('X-Cart-Id') || ctx.cookies.get(CART_COOKIE);
    if (cartId && uuid.safeParse(cartId).success) ctx.state.cartId = cartId.toLowerCase();
    await next();
  };
}

/** Made once: given the bare secret, the library tries at every token whether it is a public key. */
export function tokenKey({ JWT_SECRET }: Pick<Settings, 'JWT_SECRET'>): KeyObject {
  return createSecretKey(JWT_SECRET, 'utf8');
}

/** @throws DomainError unauthenticated for a token that is expired, forged or malformed */
export function readToken(authorization: string, key: KeyObject): Identity {
  const [scheme, token] = authorization.split(' ');
  if (scheme?.toLowerCase() === 'bearer' && token) {
    try {
      return accessTokenClaims.parse(jwt.verify(token, key, { algorithms: ['HS256'] }));
    } catch {
      // The same answer for all.
    }
  }
  throw new DomainError(
    'unauthenticated',
    'The access token is not valid or has expired; refresh it or sign in again.',
  );
}

/** @throws DomainError unauthenticated */
export function requireIdentity(ctx: ApiContext): Identity {
  if (!ctx.state.identity) throw new DomainError('unauthenticated', 'Sign in to do this.');
  return ctx.state.identity;
}

/** @throws DomainError unauthenticated, or forbidden without one of the roles */
export function requireRole(ctx: ApiContext, ...roles: Role[]): Identity {
  const identity = requireIdentity(ctx);
  if (!roles.includes(identity.role)) throw new DomainError('forbidden', 'Your account may not do this.');
  return identity;
}

/** Names under which the asker may own things: the account, the guest's cart. Empty when nobody is known. */
export function ownersOf(ctx: ApiContext): string[] {
  const owners: string[] = [];
  if (ctx.state.identity) owners.push(`user:${ctx.state.identity.userId}`);
  if (ctx.state.cartId) owners.push(`cart:${ctx.state.cartId}`);
  return owners;
}
