import { afterAll, beforeAll, expect, it } from 'vitest';
import { readOrderNumber } from '../../domain/order-number.ts';
import { connectTestServices } from '../../tests/support/shop.ts';
import type { Services } from '../services.ts';

const MODULUS = 899_999_963n;
const MULTIPLIER = 556_230_567n;

let services: Services;
beforeAll(async () => {
  services = await connectTestServices();
});
afterAll(() => services?.close());

it('are numbers as people read them, which do not repeat and do not count up', async () => {
  const rows = await services.db.rows<{ number: string }>(
    'select next_order_number() as number from generate_series(1, 2000)',
  );
  const numbers = rows.map(({ number }) => number);
  expect(new Set(numbers).size).toBe(2_000);
  for (const number of numbers) expect(readOrderNumber(number)).toBe(number);
  const first = numbers.map((number) => Number(number[0]));
  // Every first digit occurs, so a number shows nothing of when it was assigned.
  expect(new Set(first).size).toBe(9);
});

it('map each value of the sequence to a number of its own, because the modulus is prime and the sequence stays below it', async () => {
  for (let divisor = 2n; divisor * divisor <= MODULUS; divisor++) expect(MODULUS % divisor).not.toBe(0n);
  const { number, value } = (await services.db.row<{ number: string; value: string }>(
    `select next_order_number() as number, currval('order_numbers')::text as value`,
  ))!;
  expect(BigInt(number.replaceAll('-', ''))).toBe(100_000_000n + ((BigInt(value) * MULTIPLIER) % MODULUS));
  const sequence = await services.db.row<{ max: string; cycles: boolean }>(
    `select max_value::text as max, cycle as cycles from pg_sequences where sequencename = 'order_numbers'`,
  );
  expect(sequence).toEqual({ max: String(MODULUS - 1n), cycles: false });
});
