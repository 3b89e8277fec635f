/** The facts that the shop reads from a PaymentIntent. */
import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { paymentFactsOf } from './payment-facts.ts';

const intent = (values: Partial<Stripe.PaymentIntent>) =>
  ({
    id: 'pi_1',
    status: 'requires_payment_method',
    amount: 2500,
    amount_received: 0,
    currency: 'usd',
    latest_charge: null,
    last_payment_error: null,
    ...values,
  }) as Stripe.PaymentIntent;
const refused = (values: Partial<Stripe.PaymentIntent.LastPaymentError>) =>
  paymentFactsOf(intent({ last_payment_error: values as Stripe.PaymentIntent.LastPaymentError })).failure;

describe('a payment', () => {
  it('has the amount that Stripe received, not the requested amount', () => {
    const facts = paymentFactsOf(intent({ status: 'succeeded', amount: 2500, amount_received: 1800 }));
    expect(facts).toEqual({ paymentIntentId: 'pi_1', status: 'succeeded', receivedCents: 1800, currency: 'usd' });
  });

  it('has received nothing until it succeeds', () => {
    expect(paymentFactsOf(intent({ status: 'requires_capture', amount_received: 2500 })).receivedCents).toBe(0);
  });

  it('has an amount in ISO 4217 minor units, even where Stripe’s differ', () => {
    const facts = paymentFactsOf(intent({ status: 'succeeded', amount_received: 250_000, currency: 'ugx' }));
    expect(facts.receivedCents).toBe(2500);
  });

  it.each([
    ['succeeded', 'succeeded'],
    ['canceled', 'canceled'],
    ['processing', 'in_flight'],
    ['requires_capture', 'in_flight'],
    ['requires_payment_method', 'open'],
    ['requires_confirmation', 'open'],
    ['requires_action', 'open'],
  ] as const)('that %s is %s', (status, expected) => {
    expect(paymentFactsOf(intent({ status })).status).toBe(expected);
  });
});

describe('a declined attempt', () => {
  it('is identified by its charge, else by the PaymentIntent’s latest charge, else by the PaymentIntent', () => {
    expect(refused({ charge: 'ch_error' })?.attemptId).toBe('ch_error');
    const error = {} as Stripe.PaymentIntent.LastPaymentError;
    const attemptOf = (charge: unknown) =>
      paymentFactsOf(intent({ last_payment_error: error, latest_charge: charge as string })).failure?.attemptId;
    expect(attemptOf('ch_latest')).toBe('ch_latest');
    expect(attemptOf({ id: 'ch_expanded' })).toBe('ch_expanded');
    expect(attemptOf(null)).toBe('pi_1');
  });

  it('has the bank’s code, else Stripe’s, and a message for the shopper', () => {
    expect(refused({ decline_code: 'insufficient_funds', code: 'card_declined', message: 'No funds.' })).toMatchObject({
      code: 'insufficient_funds',
      message: 'No funds.',
    });
    expect(refused({ code: 'expired_card' })).toMatchObject({
      code: 'expired_card',
      message: 'The card was declined.',
    });
    expect(refused({})?.code).toBe('declined');
    expect(refused({ message: 'x'.repeat(600) })?.message).toHaveLength(500);
  });
});
