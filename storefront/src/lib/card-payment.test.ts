import { describe, expect, it } from 'vitest';
import { checkCard, confirmCard, groupNumber, readExpiry } from './card-payment.ts';

const PAYMENT = { client_secret: 'pi_1_secret_2', publishable_key: 'pk_test', api_url: 'http://stripe.test' };
const CARD = { number: '4242 4242 4242 4242', expiry: '12 / 34', cvc: ' 123 ', name: 'Ada' };

it.each([
  ['12 / 34', { month: 12, year: 2034 }],
  ['1/2030', { month: 1, year: 2030 }],
  ['0629', { month: 6, year: 2029 }],
  ['13/30', undefined],
  ['12', undefined],
  ['', undefined],
])('reads the expiry %s', (text, expiry) => {
  expect(readExpiry(text)).toEqual(expiry);
});

it('checks cards for what is plainly missing', () => {
  expect(checkCard(CARD)).toEqual({});
  expect(Object.keys(checkCard({ number: '42', expiry: '99', cvc: '1', name: '' }))).toEqual([
    'number',
    'expiry',
    'cvc',
  ]);
});

it('groups card numbers as they are printed', () => {
  expect(groupNumber('4242-4242x42424')).toBe('4242 4242 4242 4');
});

describe('confirmCard', () => {
  async function confirmed(answer: () => Response) {
    const sent: { url: string; key: string | null; fields: Record<string, string> }[] = [];
    const outcome = await confirmCard(PAYMENT, CARD, 'http://shop.test/orders/1', async (input, init) => {
      const request = new Request(input, init);
      const fields = Object.fromEntries(new URLSearchParams(await request.text()));
      sent.push({ url: request.url, key: request.headers.get('authorization'), fields });
      return answer();
    });
    return { outcome, sent };
  }

  it('asks as Stripe.js does', async () => {
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

  it.each([
    [
      'a decline',
      () => Response.json({ error: { message: 'No.' } }, { status: 402 }),
      { kind: 'refused', message: 'No.' },
    ],
    [
      'a bank that asks',
      () =>
        Response.json({ status: 'requires_action', next_action: { redirect_to_url: { url: 'http://bank.test/' } } }),
      { kind: 'redirect', url: 'http://bank.test/' },
    ],
    ['a broken server', () => Response.json({ error: { message: 'oops' } }, { status: 500 }), { kind: 'unknown' }],
    [
      'no answer',
      () => {
        throw new TypeError('reset');
      },
      { kind: 'unknown' },
    ],
    ['nonsense', () => new Response('<html>'), { kind: 'unknown' }],
  ])('understands %s', async (_title, answer, outcome) => {
    expect((await confirmed(answer)).outcome).toEqual(outcome);
  });
});
