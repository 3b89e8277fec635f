/** Identity notation in records: one form each for actors, owners, and visitors. */
import { isStaff, ROLES, type Role } from './roles.ts';

export const SYSTEM = 'system';
export const STRIPE = 'stripe';
export const GUEST = 'guest';

/** Who made a request: the system, Stripe, a guest, an account in one of its roles, or a name entered in the Temporal UI. */
export type Actor = typeof SYSTEM | typeof STRIPE | typeof GUEST | `${Role}:${string}` | `ui:${string}`;

/** Who owns a cart, a reservation, or an order: an account by its ID, or a guest by the ID of their cart. */
export type Owner = `user:${string}` | `cart:${string}`;

/** Whose behavior was recorded: an account, or a browser by a hash of its cart's ID, which can't be traced back to a person. */
export type Visitor = `user:${string}` | `visitor:${string}`;

export function personActor(role: Role, userId: string): Actor {
  return `${role}:${userId}`;
}

/** An actor in the Temporal UI, by the name that they entered, which is not verified. */
export function uiActor(name: string): Actor {
  return name.startsWith('ui:') ? (name as Actor) : `ui:${name}`;
}

/** An actor's role. Everyone in the Temporal UI counts as support; an unknown actor counts as a customer, who has no staff rights. */
export function roleOf(actor: string): Role | 'system' {
  if (actor === SYSTEM || actor === STRIPE) return 'system';
  const prefix = actor.slice(0, Math.max(0, actor.indexOf(':')));
  if (prefix === 'ui') return 'support';
  return ROLES.find((role) => role === prefix) ?? 'customer';
}

/** Whether an actor is a staff member, signed in or in the Temporal UI. */
export function isStaffActor(actor: string): boolean {
  const role = roleOf(actor);
  return role !== 'system' && isStaff(role);
}

/** The ID of an actor's account; undefined for actors without one. */
export function userIdOf(actor: string): string | undefined {
  return ROLES.some((role) => actor.startsWith(`${role}:`)) ? actor.slice(actor.indexOf(':') + 1) : undefined;
}

/** The name that was given in the Temporal UI; undefined for other actors. */
export function uiNameOf(actor: string): string | undefined {
  return actor.startsWith('ui:') ? actor.slice('ui:'.length) : undefined;
}

/** Whether the shop knows who the actor is. A name that was entered in the Temporal UI is not verified. */
export function isAuthenticated(actor: string): boolean {
  return uiNameOf(actor) === undefined;
}

export const userOwner = (userId: string): `user:${string}` => `user:${userId}`;
export const cartOwner = (cartId: string): `cart:${string}` => `cart:${cartId}`;
/** @param hash of a cart's ID */
export const visitorOfHash = (hash: string): `visitor:${string}` => `visitor:${hash}`;

/** Splits an owner or a visitor into kind and ID. @throws RangeError for any other text */
export function parseName(name: string): { kind: 'user' | 'cart' | 'visitor'; id: string } {
  const at = name.indexOf(':');
  const kind = name.slice(0, Math.max(0, at));
  if (kind !== 'user' && kind !== 'cart' && kind !== 'visitor') throw new RangeError('not an owner or a visitor');
  return { kind, id: name.slice(at + 1) };
}

export function isUser(name: string): name is `user:${string}` {
  return name.startsWith('user:');
}
