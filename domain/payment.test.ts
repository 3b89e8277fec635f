import { describe, expect, it } from 'vitest';
import { mismatchOf } from './payment.ts';

const order = { paymentIntentId: 'pi_1', totalCents: 2500, currency: 'usd' };
const payment = { paymentIntentId: 'pi_1', receivedCents: 2500, currency: 'usd' };

describe('a payment that names an order', () => {
  it('matches it when the PaymentIntent, the amount, and the currency are the order’s', () => {
    expect(mismatchOf(order, payment)).toBeUndefined();
  });

  it('does not match it otherwise, and has a reason', () => {
    expect(mismatchOf(order, { ...payment, paymentIntentId: 'pi_2' })).toBe('other_intent');
    expect(mismatchOf({ ...order, paymentIntentId: null }, payment)).toBe('other_intent');
    expect(mismatchOf(order, { ...payment, currency: 'eur' })).toBe('wrong_currency');
    for (const receivedCents of [2499, 2501, 0, 250_000])
      expect(mismatchOf(order, { ...payment, receivedCents })).toBe('wrong_amount');
  });
});
