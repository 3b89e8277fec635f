import { describe, expect, it } from 'vitest';
import { addressProblems, tidyAddress } from './address.ts';

const GOOD = { street: '1 Main Street', city: 'Springfield', postal_code: '12345', country: 'US' };
const MAX_LENGTH = { name: 255, street: 255, street2: 255, city: 255, state: 100 };

describe('an address', () => {
  it.each([GOOD, { ...GOOD, name: 'Ada', street2: '', state: 'IL', postal_code: '12345-6789', country: 'us' }])(
    'is valid: %j',
    (address) => {
      expect(addressProblems(address)).toEqual([]);
    },
  );

  it.each([undefined, null, 'here', 5, [GOOD]])('is not %j', (value) => {
    expect(addressProblems(value)).toEqual([
      'Enter the complete address as an object: street, city, postal_code, country.',
    ]);
  });

  it.each(Object.entries(MAX_LENGTH))('has a %s of no more than %d characters', (field, maxLength) => {
    const address = { ...GOOD, country: 'DE' };
    expect(addressProblems({ ...address, [field]: ` ${'a'.repeat(maxLength)} ` })).toEqual([]);
    expect(addressProblems({ ...address, [field]: 'a'.repeat(maxLength + 1) })).toEqual([
      `“${field}” is longer than ${maxLength} characters.`,
    ]);
  });

  it.each(['street', 'city'])('needs its %s', (field) => {
    for (const value of [undefined, '', ' ', 5])
      expect(addressProblems({ ...GOOD, [field]: value })).toEqual([`“${field}” must be non-empty text.`]);
  });

  it.each(['name', 'street2', 'state'])('may omit %s', (field) => {
    for (const value of [undefined, '']) expect(addressProblems({ ...GOOD, [field]: value })).toEqual([]);
    expect(addressProblems({ ...GOOD, [field]: 5 })).toEqual([`“${field}” must be non-empty text.`]);
  });

  it.each(['1234', '123456', '12345-678', '12345-67890', 'a12345', '12345a'])(
    'is invalid with the postal code %s',
    (code) => {
      expect(addressProblems({ ...GOOD, postal_code: code })).toContain(
        '“postal_code” must be a US postal code: 12345 or 12345-6789.',
      );
    },
  );

  it.each(['U', 'XYZ', '1S', 'U1'])('is invalid with the country %s', (country) => {
    expect(addressProblems({ ...GOOD, country })).toEqual(['“country” must be two letters of ISO 3166, such as US.']);
  });

  it.each(['USA', 'United States', 'u.s.'])('says in one sentence what to use instead of the country %s', (country) => {
    expect(addressProblems({ ...GOOD, country })).toEqual([
      '“country” is not the code of a country; use US for the United States.',
    ]);
  });

  it('has a US state by its code, and a region of another country in any form', () => {
    for (const state of ['CO', 'co', ' co ', 'DC', 'PR']) expect(addressProblems({ ...GOOD, state })).toEqual([]);
    for (const state of ['Colorado', 'colorado'])
      expect(addressProblems({ ...GOOD, country: 'us', state })).toEqual([
        '“state” must be a two-letter code; use CO for Colorado.',
      ]);
    for (const state of ['XX', 'Bavaria', 'a'.repeat(101)])
      expect(addressProblems({ ...GOOD, state })).toEqual([
        '“state” is not the code of a US state; use two letters, such as CO for Colorado.',
      ]);
    expect(addressProblems({ ...GOOD, country: 'DE', state: 'Bavaria' })).toEqual([]);
    expect(tidyAddress({ ...GOOD, state: ' co ' }).state).toBe('CO');
    expect(tidyAddress({ ...GOOD, country: 'DE', state: 'Bayern' }).state).toBe('Bayern');
  });

  it('is in a country that exists', () => {
    expect(addressProblems({ ...GOOD, country: 'DE' })).toEqual([]);
    expect(addressProblems({ ...GOOD, country: 'uk' })).toEqual([
      '“country” is not the code of a country; use GB for the United Kingdom.',
    ]);
    for (const country of ['XX', 'ZZ', 'EU'])
      expect(addressProblems({ ...GOOD, country })).toEqual([
        expect.stringContaining('“country” is not the code of a country; use '),
      ]);
  });

  it('reports only the missing postal code or country', () => {
    const { postal_code: _code, country: _country, ...others } = GOOD;
    expect(addressProblems(others)).toEqual([
      '“postal_code” must be non-empty text.',
      '“country” must be non-empty text.',
    ]);
  });

  it('reports every problem', () => {
    expect(addressProblems({ ...GOOD, zip: '1', city: 'a\u0000' })).toEqual([
      '“zip” is not an address field. Use name, street, street2, city, state, postal_code, country.',
      '“city” contains a control character that can’t be stored; remove it.',
    ]);
  });

  it('is stored trimmed, with the country in upper case', () => {
    expect(tidyAddress({ ...GOOD, name: ' Ada ', street: ' 1 Main Street', country: ' us' })).toEqual({
      ...GOOD,
      name: 'Ada',
    });
    expect(Object.keys(tidyAddress(GOOD))).toEqual(['street', 'city', 'postal_code', 'country']);
  });
});
