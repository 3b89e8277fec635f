import { expect, it } from 'vitest';
import { isSame } from './order-stream.ts';
import { anOrder } from './testing.ts';

it('takes a longer hold for a change as much as another status', () => {
  const shown = anOrder({ status: 'pending' });
  const { id, status, last_payment_error, refunded_amount, expires_at, updated_at } = shown;
  const told = { id, status, last_payment_error, refunded_amount, expires_at, updated_at };
  expect(isSame(told, shown)).toBe(true);
  expect(isSame({ ...told, expires_at: '2026-03-01T10:00:00Z' }, shown)).toBe(true);
  expect(isSame({ ...told, expires_at: '2026-03-01T10:15:00.000Z' }, shown)).toBe(false);
  expect(isSame({ ...told, status: 'on_hold' }, shown)).toBe(false);
  expect(isSame({ ...told, refunded_amount: 1 }, shown)).toBe(false);
  // A refund that was decided moves nothing else.
  expect(isSame({ ...told, updated_at: '2026-03-02T10:00:00.000Z' }, shown)).toBe(false);
});
