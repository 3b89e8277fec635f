import { expect, it } from 'vitest';
import { RedisAwayError } from './redis/client.ts';
import { isStoreUnavailable } from './unavailable.ts';

const coded = (code: string) => Object.assign(new Error('as the driver says it'), { code });

it.each([
  ...['57P01', '57P02', '57P03', '57014', '53300', '08000', '08006', '08P01', 'ECONNREFUSED', 'ECONNRESET'].map(coded),
  new Error('timeout exceeded when trying to connect'),
  new Error('Query read timeout'),
  new Error('Connection terminated unexpectedly'),
  new Error('Command timed out'),
  new RedisAwayError(),
  new Error('wrapped by the ORM', { cause: coded('57P01') }),
  new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')], 'both addresses'),
])('%s means that a store is unavailable', (error) => {
  expect(isStoreUnavailable(error)).toBe(true);
});

it.each([
  coded('23505'),
  coded('22021'),
  coded('40001'),
  coded('0800'),
  new Error('a bug'),
  new TypeError('x is not a function'),
  undefined,
  'text',
])('%s does not', (error) => {
  expect(isStoreUnavailable(error)).toBe(false);
});
