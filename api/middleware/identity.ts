import type { Middleware } from 'koa';
import { z } from 'zod';
import { DomainError } from '../../domain/errors.ts';
import { cartOwner, type Owner, userOwner } from '../../domain/identity.ts';
import type { Role } from '../../domain/roles.ts';
import type { ApiContext, ApiDependencies, ApiState } from '../context.ts';
import type { Identity } from './access-tokens.ts';

export const CART_COOKIE = 'cart_id';

const uuid = z.uuid();

/** Reads the caller's identity: a bearer token and a guest's cart. An invalid or expired token is rejected, not ignored. */
export function identity({ tokens }: Pick<ApiDependencies, 'tokens'>): Middleware<ApiState> {
  return async (ctx, next) => {
    const authorization = ctx.get('Authorization');
    if (authorization) ctx.state.identity = tokens.read(authorization);
    const cartId = cartIdOf(ctx);
    if (cartId) ctx.state.cartId = cartId;
    await next();
  };
}

/** The guest's cart that a request names. */
export function cartIdOf(ctx: ApiContext): string | undefined {
  const cartId = ctx.get('X-Cart-Id') || ctx.cookies.get(CART_COOKIE);
  return cartId && uuid.safeParse(cartId).success ? cartId.toLowerCase() : undefined;
}

/** @throws DomainError unauthenticated */
export function requireIdentity(ctx: ApiContext): Identity {
  if (!ctx.state.identity) throw new DomainError('unauthenticated', 'Sign in to do this.');
  return ctx.state.identity;
}

/** @throws DomainError unauthenticated, or forbidden without one of the roles */
export function requireRole(ctx: ApiContext, ...roles: Role[]): Identity {
  const identity = requireIdentity(ctx);
  if (!roles.includes(identity.role))
    throw new DomainError('forbidden', 'Your account does not have permission to do this.');
  return identity;
}

/** The caller's owner names: the account and the guest's cart. Empty for an anonymous caller without a cart. */
export function ownersOf(ctx: ApiContext): Owner[] {
  const owners: Owner[] = [];
  if (ctx.state.identity) owners.push(userOwner(ctx.state.identity.userId));
  if (ctx.state.cartId) owners.push(cartOwner(ctx.state.cartId));
  return owners;
}
