import { describe, expect, it } from 'vitest';
import { addressProblems, tidyAddress } from './address.ts';

const GOOD = { street: '1 Main Street', city: 'Springfield', postal_code: '12345', country: 'US' };
const MAX_LENGTH = { name: 255, street: 255, street2: 255, city: 255, state: 100 };

describe('an address', () => {
  it.each([GOOD, { ...GOOD, name: 'Ada', street2: '', state: 'IL', postal_code: '12345-6789', country: 'us' }])(
    'is taken: %j',
    (address) => {
      expect(addressProblems(address)).toEqual([]);
    },
  );

  it.each([undefined, null, 'here', 5, [GOOD]])('is no %j', (value) => {
    expect(addressProblems(value)).toEqual([
      'Enter the complete address as an object: street, city, postal_code, country.',
    ]);
  });

  it.each(Object.entries(MAX_LENGTH))('has a %s of %d characters at most', (field, longest) => {
    expect(addressProblems({ ...GOOD, [field]: ` ${'a'.repeat(longest)} ` })).toEqual([]);
    expect(addressProblems({ ...GOOD, [field]: 'a'.repeat(longest + 1) })).toEqual([
      `“${field}” is longer than ${longest} characters.`,
    ]);
  });

  it.each(['street', 'city'])('needs its %s', (field) => {
    for (const value of [undefined, '', ' ', 5])
      expect(addressProblems({ ...GOOD, [field]: value })).toEqual([`“${field}” must be non-empty text.`]);
  });

  it.each(['name', 'street2', 'state'])('can do without %s', (field) => {
    for (const value of [undefined, '']) expect(addressProblems({ ...GOOD, [field]: value })).toEqual([]);
    expect(addressProblems({ ...GOOD, [field]: 5 })).toEqual([`“${field}” must be non-empty text.`]);
  });

  it.each(['1234', '123456', '12345-678', '12345-67890', 'a12345', '12345a'])('has no postal code %s', (code) => {
    expect(addressProblems({ ...GOOD, postal_code: code })).toContain(
      '“postal_code” must be a US postal code: 12345 or 12345-6789.',
    );
  });

  it.each(['U', 'USA', '1S', 'U1'])('is in no country %s', (country) => {
    expect(addressProblems({ ...GOOD, country })).toContain('“country” must be two letters, such as US.');
  });

  it('without a postal code or a country lacks just that', () => {
    const { postal_code: _code, country: _country, ...others } = GOOD;
    expect(addressProblems(others)).toEqual([
      '“postal_code” must be non-empty text.',
      '“country” must be non-empty text.',
    ]);
  });

  it('tells of each thing wrong with it', () => {
    expect(addressProblems({ ...GOOD, zip: '1', city: 'a\u0000' })).toEqual([
      '“zip” is not an address field. Use name, street, street2, city, state, postal_code, country.',
      '“city” contains a control character that can’t be stored; remove it.',
    ]);
  });

  it('is kept tidy', () => {
    expect(tidyAddress({ ...GOOD, name: ' Ada ', street: ' 1 Main Street', country: ' us' })).toEqual({
      ...GOOD,
      name: 'Ada',
    });
    expect(Object.keys(tidyAddress(GOOD))).toEqual(['street', 'city', 'postal_code', 'country']);
  });
});
