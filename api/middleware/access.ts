/** Access to routes: one table for the access check and for the OpenAPI document. */
import type { Middleware } from 'koa';
import { DomainError } from '../../domain/errors.ts';
import type { Role } from '../../domain/roles.ts';
import type { ApiContext, ApiState } from '../context.ts';
import { type IdentityDependencies, identity, ownersOf, requireIdentity, requireRole } from './identity.ts';

/**
 * - `public`: everyone; credentials are not read
 * - `anyone`: everyone; credentials are used if they are sent
 * - `shopper`: an account, or a guest with a cart
 * - `owner`: the account or guest that owns the record, and staff where the service allows it; others get a 404
 * - `order`: as `owner`, or a caller with a key to the order (X-Order-Key)
 * - `account`: any account
 * - `staff`, `lead`, `admin`: accounts with these roles
 */
export type Access = 'public' | 'anyone' | 'shopper' | 'owner' | 'order' | 'account' | 'staff' | 'lead' | 'admin';

/** A security scheme of the OpenAPI document, with the roles that it requires; empty means any. */
type SecurityRequirement = { bearer: readonly Role[] } | { cart: readonly [] } | { order: readonly [] };

interface AccessRule {
  /** Omitted if no sign-in is required. */
  security?: readonly SecurityRequirement[];
  /** @throws DomainError unauthenticated, or forbidden */
  check?(ctx: ApiContext, refusal?: string): void;
}

const SHOPPER: readonly SecurityRequirement[] = [{ bearer: [] }, { cart: [] }];

const withRole = (...roles: Role[]): AccessRule => ({
  security: [{ bearer: roles }],
  check: (ctx) => requireRole(ctx, ...roles),
});

export const ACCESS: Readonly<Record<Access, AccessRule>> = {
  public: {},
  anyone: {},
  shopper: { security: SHOPPER, check: requireShopper },
  owner: { security: SHOPPER },
  order: { security: [...SHOPPER, { order: [] }] },
  account: { security: [{ bearer: [] }], check: requireIdentity },
  staff: withRole('support', 'support_lead', 'admin'),
  lead: withRole('support_lead', 'admin'),
  admin: withRole('admin'),
};

/** @param refusal detail of the 401 for callers without an account or a cart */
export function admit(access: Access, deps: IdentityDependencies, refusal?: string): Middleware<ApiState>[] {
  if (access === 'public') return [];
  const { check } = ACCESS[access];
  if (!check) return [identity(deps)];
  return [
    identity(deps),
    (ctx, next) => {
      check(ctx, refusal);
      return next();
    },
  ];
}

function requireShopper(ctx: ApiContext, refusal = 'Sign in, or send the X-Cart-Id of a cart.'): void {
  if (ownersOf(ctx).length === 0) throw new DomainError('unauthenticated', refusal);
}
