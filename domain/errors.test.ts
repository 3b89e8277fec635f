import { expect, it } from 'vitest';
import { DomainError } from './errors.ts';

it('an error is not retryable and has no details by default', () => {
  const plain = new DomainError('not_found', 'There is none.');
  expect(plain).toMatchObject({
    name: 'DomainError',
    code: 'not_found',
    message: 'There is none.',
    retryable: false,
    details: {},
  });
  expect(plain).not.toHaveProperty('cause');
  const cause = new Error('away');
  const full = new DomainError('unavailable', 'Later.', { retryable: true, details: { seconds: 1 }, cause });
  expect(full).toMatchObject({ retryable: true, details: { seconds: 1 }, cause });
});
