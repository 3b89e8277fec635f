import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PUBLISHABLE_KEY, RETURN_URL, TestStandin } from './testing.ts';

let standin: TestStandin;
let stripe: Stripe;

beforeAll(async () => {
  standin = await TestStandin.start({ STANDIN_RETURN_ORIGINS: new URL(RETURN_URL).origin });
  stripe = standin.client();
});
afterAll(() => standin.stop());

const newIntent = () =>
  stripe.paymentIntents.create({
    amount: 2599,
    currency: 'usd',
    automatic_payment_methods: { enabled: true },
    metadata: { order_id: 'secret to the shop' },
  });

function submit(url: string, fields: Record<string, string>): Promise<Response> {
  return fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
}

function payByForm(intent: Stripe.PaymentIntent, fields: Record<string, string>): Promise<Response> {
  return submit(`${standin.url}/local/payment_intents/${intent.id}/confirm`, {
    client_secret: intent.client_secret!,
    return_url: `${RETURN_URL}?from=checkout`,
    number: '4242 4242 4242 4242',
    expiry: '12 / 40',
    cvc: '123',
    name: 'Ada Example',
    ...fields,
  });
}

function query(response: Response): Record<string, string> {
  expect(response.status).toBe(303);
  const location = new URL(response.headers.get('location')!);
  expect(location.origin + location.pathname).toBe(RETURN_URL);
  return Object.fromEntries(location.searchParams);
}

describe('a browser with scripts', () => {
  const confirm = (intent: Stripe.PaymentIntent, fields: Record<string, string>) =>
    fetch(`${standin.url}/v1/payment_intents/${intent.id}/confirm`, {
      method: 'POST',
      headers: { Origin: 'https://shop.example.test', Authorization: `Bearer ${PUBLISHABLE_KEY}` },
      body: new URLSearchParams({
        client_secret: intent.client_secret!,
        return_url: RETURN_URL,
        'payment_method_data[type]': 'card',
        'payment_method_data[card][number]': '4242424242424242',
        'payment_method_data[card][exp_month]': '12',
        'payment_method_data[card][exp_year]': '40',
        'payment_method_data[card][cvc]': '123',
        ...fields,
      }),
    });

  it('can send requests from another origin', async () => {
    const response = await fetch(`${standin.url}/v1/payment_intents/pi_1/confirm`, {
      method: 'OPTIONS',
      headers: { Origin: 'https://shop.example.test', 'Access-Control-Request-Headers': 'authorization' },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-headers')).toContain('Authorization');
  });

  it('pays with the publishable key and the client secret, and sees only public fields', async () => {
    const intent = await newIntent();
    const response = await confirm(intent, {});
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    const paid = (await response.json()) as Stripe.PaymentIntent;
    expect(paid).toMatchObject({ id: intent.id, status: 'succeeded' });
    expect(paid).not.toHaveProperty('metadata');
    expect(paid).not.toHaveProperty('latest_charge');
  });

  it('can also pay with JSON', async () => {
    const intent = await newIntent();
    const response = await fetch(`${standin.url}/v1/payment_intents/${intent.id}/confirm`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${PUBLISHABLE_KEY}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({
        client_secret: intent.client_secret,
        return_url: RETURN_URL,
        payment_method_data: {
          type: 'card',
          card: { number: '4242424242424242', exp_month: 1, exp_year: 2040, cvc: '1234' },
        },
      }),
    });
    expect(response.status).toBe(402);
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_cvc' } });
  });

  it('gets a decline', async () => {
    const intent = await newIntent();
    const response = await confirm(intent, { 'payment_method_data[card][number]': '4000000000000002' });
    expect(response.status).toBe(402);
    const { error } = (await response.json()) as { error: { payment_intent: object } };
    expect(error).toMatchObject({ type: 'card_error', code: 'card_declined', decline_code: 'generic_decline' });
    expect(error.payment_intent).not.toHaveProperty('metadata');
  });

  it('has no access without the client secret', async () => {
    const intent = await newIntent();
    const wrong = await confirm(intent, { client_secret: `${intent.id}_secret_guess` });
    expect(wrong.status).toBe(400);
    const read = await fetch(`${standin.url}/v1/payment_intents/${intent.id}?key=${PUBLISHABLE_KEY}`);
    expect(read.status).toBe(400);
    const right = await fetch(
      `${standin.url}/v1/payment_intents/${intent.id}?key=${PUBLISHABLE_KEY}&client_secret=${intent.client_secret}`,
    );
    expect(right.status).toBe(200);
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).toBe('requires_payment_method');
  });
});

describe('a browser without scripts', () => {
  it('pays with a form and is redirected back; submitting again changes nothing', async () => {
    const intent = await newIntent();
    for (let press = 0; press < 2; press += 1) {
      expect(query(await payByForm(intent, {}))).toEqual({
        from: 'checkout',
        payment_intent: intent.id,
        payment_intent_client_secret: intent.client_secret,
        redirect_status: 'succeeded',
      });
    }
    expect((await stripe.charges.list({ payment_intent: intent.id })).data).toHaveLength(1);
  });

  it.each<[Record<string, string>, string]>([
    [{ number: '4000000000009995' }, 'card_declined'],
    [{ number: '4242424242424241' }, 'incorrect_number'],
    [{ number: '' }, 'incomplete_number'],
    [{ expiry: '12' }, 'incomplete_expiry'],
    [{ expiry: '', exp_month: '13', exp_year: '2040' }, 'invalid_expiry_month'],
    [{ cvc: '' }, 'incomplete_cvc'],
  ])('is redirected back with the error: %j', async (fields, code) => {
    const intent = await newIntent();
    const back = query(await payByForm(intent, fields));
    expect(back).toMatchObject({ redirect_status: 'failed', error_code: code });
    expect(back.error_message).toMatch(/card/);
    expect(query(await payByForm(intent, {}))).toMatchObject({ redirect_status: 'succeeded' });
  });

  it('gets an error when the PaymentIntent was canceled', async () => {
    const intent = await newIntent();
    await stripe.paymentIntents.cancel(intent.id);
    const back = query(await payByForm(intent, {}));
    expect(back).toMatchObject({ redirect_status: 'failed', error_code: 'payment_intent_unexpected_state' });
  });

  it('is redirected only to the shop', async () => {
    const intent = await newIntent();
    for (const return_url of ['https://evil.example.test/', 'javascript:alert(1)', '', 'nonsense']) {
      const response = await payByForm(intent, { return_url });
      expect(response.status).toBe(400);
      expect(response.headers.get('location')).toBeNull();
    }
    expect((await payByForm(intent, { client_secret: 'guess' })).status).toBe(400);
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).toBe('requires_payment_method');
  });

  it.each([
    ['complete', 'succeeded', undefined],
    ['fail', 'failed', 'payment_intent_authentication_failure'],
  ])('answers the bank’s authentication: %s', async (answer, status, code) => {
    const intent = await newIntent();
    const away = await payByForm(intent, { number: '4000002760003184' });
    const bank = away.headers.get('location')!;
    expect(bank).toMatch(`${standin.url}/local/authenticate/${intent.id}/`);
    expect(await (await fetch(bank)).text()).toContain('Complete authentication');
    const back = query(await submit(bank, { answer }));
    expect(back).toMatchObject({ redirect_status: status, ...(code && { error_code: code }) });
    expect((await fetch(bank)).status).toBe(410);
  });

  it('can’t authenticate after the payment was canceled', async () => {
    const intent = await newIntent();
    const bank = (await payByForm(intent, { number: '4000002760003184' })).headers.get('location')!;
    await stripe.paymentIntents.cancel(intent.id);
    expect((await submit(bank, { answer: 'complete' })).status).toBe(410);
    expect((await stripe.paymentIntents.retrieve(intent.id)).amount_received).toBe(0);
  });
});
