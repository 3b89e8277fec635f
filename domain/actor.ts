/** Who asked for something, as records name people: `system`, `stripe`, `guest`, `<role>:<user id>`, `ui:<name>`. */
import { ROLES, type Role } from './roles.ts';

export const SYSTEM = 'system';
export const STRIPE = 'stripe';
export const GUEST = 'guest';

export function personActor(role: Role, userId: string): string {
  return `${role}:${userId}`;
}

/** Somebody at the Temporal UI, by the name that they gave: nobody has checked it. */
export function uiActor(name: string): string {
  return name.startsWith('ui:') ? name : `ui:${name}`;
}

/** The role that an actor acts in. At the Temporal UI everybody is support and nothing more, whatever they call themselves. */
export function roleOf(actor: string): Role | 'system' {
  if (actor === SYSTEM || actor === STRIPE) return 'system';
  if (actor === GUEST) return 'customer';
  const prefix = actor.slice(0, actor.indexOf(':'));
  return ROLES.find((role) => role === prefix) ?? 'support';
}

/** The account behind an actor; undefined for those without one. */
export function userIdOf(actor: string): string | undefined {
  return ROLES.some((role) => actor.startsWith(`${role}:`)) ? actor.slice(actor.indexOf(':') + 1) : undefined;
}
