import { expect, it } from 'vitest';
import { type AddressValues, readShipping } from './shipping.ts';

const GOOD: AddressValues = {
  email: 'a@example.com',
  name: 'Ada',
  street: '1 Main St',
  street2: '',
  city: 'Springfield',
  state: 'IL',
  postal_code: '62701-1234',
  country: 'us',
};

it('returns the API’s request without empty fields', () => {
  expect(readShipping(GOOD, true)).toEqual({
    email: 'a@example.com',
    address: {
      name: 'Ada',
      street: '1 Main St',
      city: 'Springfield',
      state: 'IL',
      postal_code: '62701-1234',
      country: 'US',
    },
  });
});

it('requires an email from guests only', () => {
  expect(readShipping({ ...GOOD, email: '' }, true)).toHaveProperty('errors.email');
  expect(readShipping({ ...GOOD, email: '' }, false)).toHaveProperty('email', undefined);
});

it('returns an error for every invalid field', () => {
  const form = readShipping(
    { ...GOOD, email: 'nope', city: '', state: '', postal_code: '6270', street: 'x'.repeat(300) },
    false,
  );
  expect(Object.keys('errors' in form ? form.errors : {}).sort()).toEqual([
    'city',
    'email',
    'postal_code',
    'state',
    'street',
  ]);
});

const errorsOf = (fields: Partial<AddressValues>, emailRequired = true) => {
  const form = readShipping({ ...GOOD, ...fields }, emailRequired);
  return 'errors' in form ? form.errors : {};
};

it.each([
  ['name', '', 'Enter the recipient’s full name.'],
  ['street', '', 'Enter a street address.'],
  ['city', '', 'Enter a city.'],
  ['state', '', 'Select a state.'],
  ['postal_code', '', 'Enter a ZIP code.'],
  ['postal_code', '6270', 'Enter a US ZIP code: 12345 or 12345-6789.'],
  ['country', '', 'Select a country.'],
  ['email', '', 'Enter your email address.'],
  ['email', 'nope', 'Enter an email address like name@example.com.'],
])('shows for the field %s with “%s”: %s', (name, value, message) => {
  expect(errorsOf({ [name]: value })).toEqual({ [name]: message });
});

it('shows the API’s message for other errors', () => {
  expect(errorsOf({ street: 'x'.repeat(300) })).toEqual({
    street: expect.stringMatching(/^This isn’t valid: .+\.$/),
  });
});
