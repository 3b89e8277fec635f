import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PUBLISHABLE_KEY, RETURN_URL, TestStandin } from './testing.ts';

let standin: TestStandin;
let stripe: Stripe;

beforeAll(async () => {
  standin = await TestStandin.start();
  stripe = standin.client();
});
afterAll(() => standin.stop());

const newIntent = (amount = 1999) =>
  stripe.paymentIntents.create({ amount, currency: 'usd', automatic_payment_methods: { enabled: true } });

const confirmWithNumber = (id: string, number: string, card: object = {}) =>
  stripe.paymentIntents.confirm(id, {
    return_url: RETURN_URL,
    // Servers may not send card numbers to Stripe by default, but the stand-in accepts what Stripe.js would send.
    payment_method_data: {
      type: 'card',
      card: { number, exp_month: 12, exp_year: 2040, cvc: '123', ...card },
      billing_details: { name: 'Ada Example' },
    } as Stripe.PaymentIntentConfirmParams.PaymentMethodData,
  });

/** The machine-readable fields of an error. */
async function refusal(promise: Promise<unknown>) {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Stripe.errors.StripeError)) throw new Error('expected a refusal by Stripe');
  return error;
}

describe('cards', () => {
  it('charges a valid card and returns all details', async () => {
    const intent = await newIntent();
    expect(intent).toMatchObject({ status: 'requires_payment_method', amount_received: 0, latest_charge: null });
    const paid = await confirmWithNumber(intent.id, '4242 4242 4242 4242');
    expect(paid).toMatchObject({ status: 'succeeded', amount_received: 1999, last_payment_error: null });
    const charge = await stripe.charges.retrieve(paid.latest_charge as string);
    expect(charge).toMatchObject({
      amount_captured: 1999,
      payment_intent: intent.id,
      status: 'succeeded',
      billing_details: { name: 'Ada Example' },
      payment_method_details: { card: { brand: 'visa', last4: '4242', exp_year: 2040 } },
    });
    expect((await fetch(charge.receipt_url!)).status).toBe(200);
  });

  it.each([
    ['4000000000000002', 'card_declined', 'generic_decline'],
    ['4000000000009995', 'card_declined', 'insufficient_funds'],
    ['4000000000000069', 'expired_card', 'expired_card'],
    ['4000000000000127', 'incorrect_cvc', 'incorrect_cvc'],
  ])('%s is declined, and another card can be used', async (number, code, declineCode) => {
    const intent = await newIntent();
    const error = await refusal(confirmWithNumber(intent.id, number));
    expect(error).toBeInstanceOf(Stripe.errors.StripeCardError);
    expect(error).toMatchObject({ statusCode: 402, code, decline_code: declineCode });
    expect(error.payment_intent).toMatchObject({ id: intent.id, status: 'requires_payment_method' });
    const open = await stripe.paymentIntents.retrieve(intent.id);
    expect(open).toMatchObject({ status: 'requires_payment_method', payment_method: null, amount_received: 0 });
    expect(open.last_payment_error).toMatchObject({ code, decline_code: declineCode, charge: open.latest_charge });
    expect((await stripe.charges.retrieve(open.latest_charge as string)).status).toBe('failed');
    expect((await confirmWithNumber(intent.id, '5555555555554444')).status).toBe('succeeded');
    expect((await stripe.charges.list({ payment_intent: intent.id })).data.map(({ status }) => status)).toEqual([
      'succeeded',
      'failed',
    ]);
  });

  it.each([
    ['pm_card_visa', undefined],
    ['pm_card_mastercard', undefined],
    ['pm_card_visa_chargeDeclined', 'generic_decline'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'insufficient_funds'],
  ])('the token %s represents its card', async (token, declineCode) => {
    const intent = await newIntent();
    const confirmed = stripe.paymentIntents.confirm(intent.id, { payment_method: token, return_url: RETURN_URL });
    if (declineCode) expect((await refusal(confirmed)).decline_code).toBe(declineCode);
    else expect((await confirmed).status).toBe('succeeded');
  });

  it.each([
    ['4242424242424241', {}, 'incorrect_number'],
    ['4242424242424242', { exp_month: 13 }, 'invalid_expiry_month'],
    ['4242424242424242', { exp_year: 2020 }, 'invalid_expiry_year'],
    ['4242424242424242', { cvc: '12' }, 'invalid_cvc'],
    ['4111111111111111', {}, 'card_declined'],
  ])('%s %j is rejected before any charge: %s', async (number, card, code) => {
    const intent = await newIntent();
    expect(await refusal(confirmWithNumber(intent.id, number, card))).toMatchObject({ statusCode: 402, code });
    expect((await stripe.charges.list({ payment_intent: intent.id })).data).toEqual([]);
  });

  it('requires authentication, or declines off-session', async () => {
    const intent = await newIntent();
    const waiting = await confirmWithNumber(intent.id, '4000002500003155');
    expect(waiting.status).toBe('requires_action');
    expect(waiting.next_action).toMatchObject({ type: 'redirect_to_url', redirect_to_url: { return_url: RETURN_URL } });
    const offSession = stripe.paymentIntents.create({
      amount: 500,
      currency: 'usd',
      confirm: true,
      off_session: true,
      payment_method: 'pm_card_authenticationRequired',
    });
    expect(await refusal(offSession)).toMatchObject({ code: 'authentication_required', statusCode: 402 });
  });

  it('stores no card numbers', async () => {
    await confirmWithNumber((await newIntent()).id, '4242424242424242');
    await refusal(confirmWithNumber((await newIntent()).id, '4111111111111111'));
    for (const name of await readdir(standin.dataDir)) {
      const content = await readFile(join(standin.dataDir, name), 'latin1');
      expect(content).not.toContain('4242424242424242');
      expect(content).not.toContain('4111111111111111');
    }
  });
});

describe('states', () => {
  it('allows exactly one of concurrent cancel and confirm requests', async () => {
    for (let round = 0; round < 25; round += 1) {
      const intent = await newIntent();
      const options = { payment_method: 'pm_card_visa', return_url: RETURN_URL };
      const both = [
        () => stripe.paymentIntents.confirm(intent.id, options),
        () => stripe.paymentIntents.cancel(intent.id),
      ];
      if (round % 2 === 1) both.reverse();
      const results = await Promise.allSettled(both.map((call) => call()));
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const lost = results.find((result) => result.status === 'rejected')!;
      expect(lost.reason).toMatchObject({ statusCode: 400, code: 'payment_intent_unexpected_state' });
      const { status, amount_received } = await stripe.paymentIntents.retrieve(intent.id);
      expect([`succeeded 1999`, 'canceled 0']).toContain(`${status} ${amount_received}`);
    }
  });

  it('completes a charge in flight later, and can’t be canceled meanwhile', async () => {
    await standin.fault({ target: 'charge', kind: 'processing', delay_ms: 200 });
    const intent = await newIntent();
    expect((await confirmWithNumber(intent.id, '4242424242424242')).status).toBe('processing');
    const error = await refusal(stripe.paymentIntents.cancel(intent.id));
    expect(error).toMatchObject({ code: 'payment_intent_unexpected_state', payment_intent: { status: 'processing' } });
    await expect
      .poll(async () => (await stripe.paymentIntents.retrieve(intent.id)).status, { timeout: 5000 })
      .toBe('succeeded');
  });

  it('can’t change the amount of a paid PaymentIntent, but can change its metadata', async () => {
    const intent = await newIntent();
    expect((await stripe.paymentIntents.update(intent.id, { amount: 2500 })).amount).toBe(2500);
    await confirmWithNumber(intent.id, '4242424242424242');
    expect(await refusal(stripe.paymentIntents.update(intent.id, { amount: 1 }))).toMatchObject({ statusCode: 400 });
    const changed = await stripe.paymentIntents.update(intent.id, { metadata: { a: '1', b: '2' } });
    expect(changed.metadata).toEqual({ a: '1', b: '2' });
    expect((await stripe.paymentIntents.update(intent.id, { metadata: { a: '' } })).metadata).toEqual({ b: '2' });
  });
});

describe('requests', () => {
  it.each<[string, object, object]>([
    ['no amount', { currency: 'usd' }, { code: 'parameter_missing', param: 'amount' }],
    ['a tiny amount', { amount: 49, currency: 'usd' }, { code: 'amount_too_small' }],
    ['a huge amount', { amount: 100_000_000, currency: 'usd' }, { code: 'amount_too_large' }],
    ['a fraction', { amount: 10.5, currency: 'usd' }, { code: 'parameter_invalid_integer' }],
    ['an unknown currency', { amount: 100, currency: 'zzz' }, { param: 'currency' }],
    ['a currency that Stripe does not charge', { amount: 100, currency: 'xau' }, { param: 'currency' }],
    ['a fraction of an ISK', { amount: 550, currency: 'isk' }, { param: 'amount' }],
    ['a third decimal of a KWD', { amount: 5124, currency: 'kwd' }, { param: 'amount' }],
    [
      'an unknown parameter',
      { amount: 100, currency: 'usd', color: 'red' },
      { code: 'parameter_unknown', param: 'color' },
    ],
    ['a customer it does not know', { amount: 100, currency: 'usd', customer: 'cus_1' }, { code: 'resource_missing' }],
    ['a bad address', { amount: 100, currency: 'usd', receipt_email: 'nobody' }, { code: 'email_invalid' }],
  ])('rejects %s', async (_, parameters, expected) => {
    const error = await refusal(stripe.paymentIntents.create(parameters as Stripe.PaymentIntentCreateParams));
    expect(error).toMatchObject({ statusCode: 400, rawType: 'invalid_request_error', ...expected });
  });

  it.each([
    ['isk', 500_00, 'ISK\u00a0500'],
    ['ugx', 500_00, 'UGX\u00a0500'],
    ['mga', 500, 'MGA\u00a0500.00'],
    ['kwd', 5120, 'KWD\u00a05.120'],
    ['jpy', 500, '¥500'],
    ['huf', 175_45, 'HUF\u00a0175.45'],
  ])('accepts %s in Stripe’s format, and displays it in the usual format', async (currency, amount, shown) => {
    const intent = await stripe.paymentIntents.create({ amount, currency });
    expect(intent).toMatchObject({ amount, currency });
    const page = await (await fetch(`${standin.url}/local/payments/${intent.id}`)).text();
    expect(page).toContain(shown);
  });

  it('refunds in the steps of the currency', async () => {
    const intent = await stripe.paymentIntents.create({
      amount: 9000,
      currency: 'kwd',
      confirm: true,
      payment_method: 'pm_card_visa',
      return_url: RETURN_URL,
    });
    const refund = (amount: number) => stripe.refunds.create({ payment_intent: intent.id, amount });
    expect(await refusal(refund(1234))).toMatchObject({ statusCode: 400, param: 'amount' });
    expect(await refund(1230)).toMatchObject({ amount: 1230, status: 'succeeded' });
  });

  it('stores nothing of a rejected request', async () => {
    const before = await standin.ledger();
    const parameters = { amount: 100, currency: 'usd', confirm: true, payment_method: 'pm_card_visa', nonsense: 'x' };
    await refusal(stripe.paymentIntents.create(parameters as Stripe.PaymentIntentCreateParams));
    expect(await standin.ledger()).toEqual(before);
  });

  it('requires a return_url where a payment method may redirect, like Stripe', async () => {
    const intent = await newIntent();
    const error = await refusal(stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' }));
    expect(error).toMatchObject({ statusCode: 400, param: 'return_url' });
    const stay = await stripe.paymentIntents.create({
      amount: 500,
      currency: 'usd',
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    });
    expect((await stripe.paymentIntents.confirm(stay.id, { payment_method: 'pm_card_visa' })).status).toBe('succeeded');
  });

  it('returns 404 for unknown objects and 401 for unknown keys', async () => {
    expect(await refusal(stripe.paymentIntents.retrieve('pi_nothing'))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
      param: 'intent',
    });
    expect(await refusal(stripe.paymentIntents.retrieve('pi_nothing', { expand: ['x'] }))).toMatchObject({
      statusCode: 404,
    });
    const { hostname, port } = new URL(standin.url);
    const stranger = new Stripe('sk_test_wrong', { host: hostname, port, protocol: 'http' });
    expect(await refusal(stranger.paymentIntents.list())).toBeInstanceOf(Stripe.errors.StripeAuthenticationError);
    const browser = new Stripe(PUBLISHABLE_KEY, { host: hostname, port, protocol: 'http' });
    expect(await refusal(browser.refunds.list())).toBeInstanceOf(Stripe.errors.StripePermissionError);
  });

  it('pages through all objects, newest first, within a time range', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 7; index += 1) ids.push((await newIntent()).id);
    const walked: string[] = [];
    for await (const intent of stripe.paymentIntents.list({ limit: 3 })) walked.push(intent.id);
    expect(walked.slice(0, 7)).toEqual(ids.toReversed());
    expect(new Set(walked).size).toBe(walked.length);
    const back = await stripe.paymentIntents.list({ limit: 2, ending_before: ids[2]! });
    expect(back.data.map(({ id }) => id)).toEqual([ids[4], ids[3]]);
    const { created } = await stripe.paymentIntents.retrieve(ids[0]!);
    expect((await stripe.paymentIntents.list({ created: { gte: created }, limit: 100 })).data.length).toBeGreaterThan(
      6,
    );
    expect((await stripe.paymentIntents.list({ created: { lt: created - 3600 } })).data).toEqual([]);
  });

  it('expands the requested fields', async () => {
    const intent = await newIntent();
    await confirmWithNumber(intent.id, '4242424242424242');
    const one = await stripe.paymentIntents.retrieve(intent.id, {
      expand: ['latest_charge.refunds', 'payment_method'],
    });
    expect(one.latest_charge).toMatchObject({ object: 'charge', refunds: { object: 'list', data: [] } });
    expect(one.payment_method).toMatchObject({ object: 'payment_method', card: { last4: '4242' } });
    const list = await stripe.paymentIntents.list({ limit: 1, expand: ['data.latest_charge'] });
    expect(list.data[0]!.latest_charge).toMatchObject({ object: 'charge' });
    const nothing = stripe.paymentIntents.retrieve(intent.id, { expand: ['wallet'] });
    expect(await refusal(nothing)).toMatchObject({ statusCode: 400, param: 'expand' });
  });
});
