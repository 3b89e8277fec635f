import { describe, expect, it } from 'vitest';
import { exceededLimit, limitMessage } from './reservation-limits.ts';

const LIMITS = { maxUnitsPerOwner: 100, maxUnitsPerGuest: 20, maxOpenPerAddress: 3, maxUnitsPerAddress: 150 };
const NONE = { open: 0, units: 0 };

describe('exceededLimit', () => {
  it('allows amounts exactly at a limit, and names the first limit that is exceeded', () => {
    const of = (isGuest: boolean, units: number, address = NONE) =>
      exceededLimit(LIMITS, { isGuest, units, address })?.limit;
    expect(of(true, 20)).toBeUndefined();
    expect(of(true, 21)).toBe('guest_units');
    expect(of(false, 100)).toBeUndefined();
    expect(of(false, 101)).toBe('owner_units');
    expect(of(false, 1, { open: 2, units: 2 })).toBeUndefined();
    expect(of(false, 1, { open: 3, units: 3 })).toBe('address_open');
    expect(of(false, 50, { open: 1, units: 100 })).toBeUndefined();
    expect(of(false, 51, { open: 1, units: 100 })).toBe('address_units');
  });
});

describe('limitMessage', () => {
  it('names the number and says what to do', () => {
    for (const limit of ['guest_units', 'owner_units', 'address_open', 'address_units'] as const)
      expect(limitMessage({ limit, max: 20 })).toMatch(/20 .*(Reduce|Try again)/);
  });
});
