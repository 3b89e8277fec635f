import { describe, expect, it } from 'vitest';
import {
  cartOwner,
  GUEST,
  isStaffActor,
  isUser,
  parseName,
  personActor,
  roleOf,
  STRIPE,
  SYSTEM,
  uiActor,
  userIdOf,
  userOwner,
  visitorOfHash,
} from './identity.ts';
import { isStaff, ROLES } from './roles.ts';

describe('an actor', () => {
  it.each(ROLES)('with the role %s has that role and its account', (role) => {
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
    ['somebody', 'customer'],
    ['adminx:u-1', 'customer'],
    ['', 'customer'],
  ] as const)('%s acts as %s, without an account', (actor, role) => {
    expect(roleOf(actor)).toBe(role);
    expect(userIdOf(actor)).toBeUndefined();
  });

  it('in the Temporal UI has one ui: prefix', () => {
    expect(uiActor('Anna')).toBe('ui:Anna');
    expect(uiActor('ui:Anna')).toBe('ui:Anna');
    expect(uiActor('admin:u-1')).toBe('ui:admin:u-1');
  });
});

it('every role except customer is staff', () => {
  expect(ROLES.filter(isStaff)).toEqual(['support', 'support_lead', 'admin']);
});

it.each([
  ['ui:Anna', true],
  ['support:u-1', true],
  ['support_lead:u-1', true],
  ['admin:u-1', true],
  ['customer:u-1', false],
  ['somebody', false],
  [GUEST, false],
  [SYSTEM, false],
  [STRIPE, false],
] as const)('whether %s is on the staff: %s', (actor, expected) => {
  expect(isStaffActor(actor)).toBe(expected);
});

describe('the name of an owner or a visitor', () => {
  it.each([
    [userOwner('u-1'), 'user', 'u-1'],
    [cartOwner('c-1'), 'cart', 'c-1'],
    [visitorOfHash('v:1'), 'visitor', 'v:1'],
  ] as const)('%s is read as it was made', (name, kind, id) => {
    expect(parseName(name)).toEqual({ kind, id });
    expect(isUser(name)).toBe(kind === 'user');
  });

  it.each(['', 'user', 'admin:u-1', ':u-1'])('“%s” is not one', (name) => {
    expect(() => parseName(name)).toThrow(RangeError);
  });
});
