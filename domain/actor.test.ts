import { describe, expect, it } from 'vitest';
import { GUEST, personActor, roleOf, STRIPE, SYSTEM, uiActor, userIdOf } from './actor.ts';
import { isStaff, ROLES } from './roles.ts';

describe('an actor', () => {
  it.each(ROLES)('with the role %s acts in it, as its account', (role) => {
    const actor = personActor(role, 'u-1');
    expect(actor).toBe(`${role}:u-1`);
    expect(roleOf(actor)).toBe(role);
    expect(userIdOf(actor)).toBe('u-1');
  });

  it.each([
    [SYSTEM, 'system'],
    [STRIPE, 'system'],
    [GUEST, 'customer'],
    ['ui:admin', 'support'],
    ['ui:admin:u-1', 'support'],
    ['somebody', 'support'],
    ['adminx:u-1', 'support'],
    ['', 'support'],
  ] as const)('%s acts as %s, without an account', (actor, role) => {
    expect(roleOf(actor)).toBe(role);
    expect(userIdOf(actor)).toBeUndefined();
  });

  it('at the Temporal UI is marked so, once', () => {
    expect(uiActor('Anna')).toBe('ui:Anna');
    expect(uiActor('ui:Anna')).toBe('ui:Anna');
    expect(uiActor('admin:u-1')).toBe('ui:admin:u-1');
  });
});

it('staff is everybody but customers', () => {
  expect(ROLES.filter(isStaff)).toEqual(['support', 'support_lead', 'admin']);
});
