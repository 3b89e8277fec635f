import { describe, expect, it } from 'vitest';
import { type Card, checkCard, confirmCard, groupNumber, readExpiry } from './card-payment.ts';

const PAYMENT = { client_secret: 'pi_1_secret_2', publishable_key: 'pk_test', api_url: 'http://stripe.test' };
const CARD = { number: '4242 4242 4242 4242', expiry: '12 / 34', cvc: ' 123 ', name: 'Ada' };

it.each([
  ['12 / 34', { month: 12, year: 2034 }],
  ['1/2030', { month: 1, year: 2030 }],
  ['0629', { month: 6, year: 2029 }],
  [' 6-29 ', { month: 6, year: 2029 }],
  ['6/1999', { month: 6, year: 1999 }],
  ['01/30', { month: 1, year: 2030 }],
  ['00/30', undefined],
  ['13/30', undefined],
  ['x12/30', undefined],
  ['12/30x', undefined],
  ['12/345', undefined],
  ['12', undefined],
  ['', undefined],
])('reads the expiry %s', (text, expiry) => {
  expect(readExpiry(text)).toEqual(expiry);
});

it('finds missing card details', () => {
  expect(checkCard(CARD)).toEqual({});
  expect(Object.keys(checkCard({ number: '42', expiry: '99', cvc: '1', name: '' }))).toEqual([
    'number',
    'expiry',
    'cvc',
  ]);
});

const NUMBER_ERROR = { number: 'Enter your full card number.' };
const EXPIRY_ERROR = { expiry: 'Enter the expiration date as MM / YY.' };
const CVC_ERROR = { cvc: 'Enter the 3- or 4-digit security code.' };

it.each([
  [{ number: '1'.repeat(11) }, NUMBER_ERROR],
  [{ number: '1'.repeat(12) }, {}],
  [{ number: '1'.repeat(19) }, {}],
  [{ number: '1'.repeat(20) }, NUMBER_ERROR],
  [{ expiry: '00/30' }, EXPIRY_ERROR],
  [{ cvc: '12' }, CVC_ERROR],
  [{ cvc: '1234' }, {}],
  [{ cvc: '12345' }, CVC_ERROR],
  [{ cvc: '123x' }, CVC_ERROR],
  [{ cvc: 'x123' }, CVC_ERROR],
])('validates a card with %j', (fields, errors) => {
  expect(checkCard({ ...CARD, ...fields })).toEqual(errors);
});

it('groups card numbers as they are printed', () => {
  expect(groupNumber('1'.repeat(25))).toBe('1111 1111 1111 1111 111');
  expect(groupNumber('4242-4242x42424')).toBe('4242 4242 4242 4');
});

describe('confirmCard', () => {
  async function confirmed(answer: () => Response, card: Card = CARD) {
    const sent: { url: string; key: string | null; fields: Record<string, string> }[] = [];
    const outcome = await confirmCard(PAYMENT, card, 'http://shop.test/orders/1', async (input, init) => {
      const request = new Request(input, init);
      const fields = Object.fromEntries(new URLSearchParams(await request.text()));
      sent.push({ url: request.url, key: request.headers.get('authorization'), fields });
      return answer();
    });
    return { outcome, sent };
  }

  it('sends the same request as Stripe.js', async () => {
    const { outcome, sent } = await confirmed(() => Response.json({ status: 'succeeded' }));
    expect(outcome).toEqual({ kind: 'submitted' });
    expect(sent[0]).toEqual({
      url: 'http://stripe.test/v1/payment_intents/pi_1/confirm',
      key: 'Bearer pk_test',
      fields: {
        client_secret: 'pi_1_secret_2',
        return_url: 'http://shop.test/orders/1',
        'payment_method_data[type]': 'card',
        'payment_method_data[card][number]': '4242424242424242',
        'payment_method_data[card][exp_month]': '12',
        'payment_method_data[card][exp_year]': '2034',
        'payment_method_data[card][cvc]': '123',
        'payment_method_data[billing_details][name]': 'Ada',
      },
    });
  });

  it('leaves out an invalid date, and trims the name', async () => {
    const { sent } = await confirmed(() => Response.json({}), { ...CARD, expiry: 'soon', name: ' Ada ' });
    expect(sent[0]!.fields).toMatchObject({
      'payment_method_data[card][exp_month]': '',
      'payment_method_data[card][exp_year]': '',
      'payment_method_data[billing_details][name]': 'Ada',
    });
  });

  const INCOMPLETE = { kind: 'refused', message: 'Your payment wasn’t completed. Please try again.' };

  it.each([
    ['a payment that is processing', () => Response.json({ status: 'processing' }), { kind: 'submitted' }],
    ['a payment that needs another card', () => Response.json({ status: 'requires_payment_method' }), INCOMPLETE],
    [
      'an authentication without a next action',
      () => Response.json({ status: 'requires_action', next_action: null }),
      INCOMPLETE,
    ],
    [
      'an authentication of another type',
      () => Response.json({ status: 'requires_action', next_action: { type: 'use_stripe_sdk' } }),
      INCOMPLETE,
    ],
    [
      'a redirect URL of a canceled payment',
      () => Response.json({ status: 'canceled', next_action: { redirect_to_url: { url: 'http://bank.test/' } } }),
      INCOMPLETE,
    ],
    [
      'a decline without a reason',
      () => Response.json({ error: {} }, { status: 402 }),
      { kind: 'refused', message: 'Your card was declined.' },
    ],
    [
      'a decline',
      () => Response.json({ error: { message: 'No.' } }, { status: 402 }),
      { kind: 'refused', message: 'No.' },
    ],
    [
      'an authentication by redirect',
      () =>
        Response.json({ status: 'requires_action', next_action: { redirect_to_url: { url: 'http://bank.test/' } } }),
      { kind: 'redirect', url: 'http://bank.test/' },
    ],
    ['a server error', () => Response.json({ error: { message: 'oops' } }, { status: 500 }), { kind: 'unknown' }],
    [
      'no response',
      () => {
        throw new TypeError('reset');
      },
      { kind: 'unknown' },
    ],
    ['a response that is not JSON', () => new Response('<html>'), { kind: 'unknown' }],
  ])('handles %s', async (_title, answer, outcome) => {
    expect((await confirmed(answer)).outcome).toEqual(outcome);
  });
});
