/** How records name people, and the shop itself: one notation each for who acts, who owns, and whose behavior was recorded. */
import { isStaff, ROLES, type Role } from './roles.ts';

export const SYSTEM = 'system';
export const STRIPE = 'stripe';
export const GUEST = 'guest';

/** Who requested something: the shop, Stripe, a guest, an account in one of its roles, or a name given at the Temporal UI. */
export type Actor = typeof SYSTEM | typeof STRIPE | typeof GUEST | `${Role}:${string}` | `ui:${string}`;

/** Who owns a cart, a reservation, or an order: an account by its ID, or a guest by the ID of their cart. */
export type Owner = `user:${string}` | `cart:${string}`;

/** Whose behavior was recorded: an account, or a browser by a hash of its cart's ID, which leads back to nobody. */
export type Visitor = `user:${string}` | `visitor:${string}`;

export function personActor(role: Role, userId: string): Actor {
  return `${role}:${userId}`;
}

/** Somebody at the Temporal UI, by the name that they gave: nobody has checked it. */
export function uiActor(name: string): Actor {
  return name.startsWith('ui:') ? (name as Actor) : `ui:${name}`;
}

/** The role that an actor acts in. At the Temporal UI everybody is support and nothing more; an unknown actor may do nothing. */
export function roleOf(actor: string): Role | 'system' {
  if (actor === SYSTEM || actor === STRIPE) return 'system';
  const prefix = actor.slice(0, Math.max(0, actor.indexOf(':')));
  if (prefix === 'ui') return 'support';
  return ROLES.find((role) => role === prefix) ?? 'customer';
}

/** Whether an actor is a person on the staff, at the Temporal UI or signed in. */
export function isStaffActor(actor: string): boolean {
  const role = roleOf(actor);
  return role !== 'system' && isStaff(role);
}

/** The account behind an actor; undefined for those without one. */
export function userIdOf(actor: string): string | undefined {
  return ROLES.some((role) => actor.startsWith(`${role}:`)) ? actor.slice(actor.indexOf(':') + 1) : undefined;
}

export const userOwner = (userId: string): `user:${string}` => `user:${userId}`;
export const cartOwner = (cartId: string): `cart:${string}` => `cart:${cartId}`;
/** @param hash of a cart's ID */
export const visitorOfHash = (hash: string): `visitor:${string}` => `visitor:${hash}`;

/** The kind and the ID of an owner or a visitor. @throws RangeError for anything else */
export function parseName(name: string): { kind: 'user' | 'cart' | 'visitor'; id: string } {
  const at = name.indexOf(':');
  const kind = name.slice(0, Math.max(0, at));
  if (kind !== 'user' && kind !== 'cart' && kind !== 'visitor') throw new RangeError('not an owner or a visitor');
  return { kind, id: name.slice(at + 1) };
}

export function isUser(name: string): name is `user:${string}` {
  return name.startsWith('user:');
}
