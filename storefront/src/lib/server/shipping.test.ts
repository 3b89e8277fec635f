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

it('gives what the API takes, empty fields left out', () => {
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

it('asks a guest for an email, and only a guest', () => {
  expect(readShipping({ ...GOOD, email: '' }, true)).toHaveProperty('errors.email');
  expect(readShipping({ ...GOOD, email: '' }, false)).toHaveProperty('email', undefined);
});

it('names every field that is wrong', () => {
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
