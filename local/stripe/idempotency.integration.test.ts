import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RETURN_URL, SECRET_KEY, TestStandin } from './testing.ts';

let standin: TestStandin;
let stripe: Stripe;

beforeAll(async () => {
  standin = await TestStandin.start();
  stripe = standin.client();
});
afterAll(() => standin.stop());

const order = { amount: 4200, currency: 'usd', metadata: { order_id: 'o-1' } };

function post(path: string, body: Record<string, string>, key: string): Promise<Response> {
  return fetch(`${standin.url}${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${SECRET_KEY}`, 'Idempotency-Key': key },
    body: new URLSearchParams(body),
  });
}

describe('idempotency keys', () => {
  it('return the same response to a repeated request, also after a kill', async () => {
    const first = await stripe.paymentIntents.create(order, { idempotencyKey: 'same' });
    const again = await stripe.paymentIntents.create(order, { idempotencyKey: 'same' });
    expect(again.id).toBe(first.id);
    expect(again.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect(first.lastResponse.headers['idempotent-replayed']).toBeUndefined();
    await standin.kill();
    await standin.launch();
    const later = await stripe.paymentIntents.create(order, { idempotencyKey: 'same' });
    expect(later.id).toBe(first.id);
    expect(later.lastResponse.headers['original-request']).toBe(first.lastResponse.requestId);
  });

  it('also store a decline', async () => {
    const intent = await stripe.paymentIntents.create(order);
    const decline = () =>
      stripe.paymentIntents.confirm(
        intent.id,
        { payment_method: 'pm_card_visa_chargeDeclined', return_url: RETURN_URL },
        { idempotencyKey: 'declined' },
      );
    const errors: unknown[] = [];
    for (let round = 0; round < 2; round += 1) errors.push(await decline().catch((error: unknown) => error));
    expect(errors.every((error) => error instanceof Stripe.errors.StripeCardError)).toBe(true);
    expect((await stripe.charges.list({ payment_intent: intent.id })).data).toHaveLength(1);
  });

  it('reject other parameters and other endpoints', async () => {
    await stripe.paymentIntents.create(order, { idempotencyKey: 'other' });
    const changed = stripe.paymentIntents.create({ ...order, amount: 4300 }, { idempotencyKey: 'other' });
    await expect(changed).rejects.toBeInstanceOf(Stripe.errors.StripeIdempotencyError);
    await expect(changed).rejects.toMatchObject({ statusCode: 400, rawType: 'idempotency_error' });
    await expect(stripe.refunds.create({ charge: 'ch_1' }, { idempotencyKey: 'other' })).rejects.toBeInstanceOf(
      Stripe.errors.StripeIdempotencyError,
    );
  });

  it('allow only one of several concurrent requests', async () => {
    await standin.fault({ target: 'api', kind: 'delay', delay_ms: 300, match: { path: '/v1/payment_intents' } });
    const body = { amount: '900', currency: 'usd' };
    const slow = post('/v1/payment_intents', body, 'at-once');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const second = await post('/v1/payment_intents', body, 'at-once');
    expect(second.status).toBe(409);
    expect(await second.json()).toMatchObject({ error: { code: 'idempotency_key_in_use' } });
    const first = (await (await slow).json()) as { id: string };
    const third = (await (await post('/v1/payment_intents', body, 'at-once')).json()) as { id: string };
    expect(third.id).toBe(first.id);
  });

  it('are not used up by a request that was not executed', async () => {
    const bad = await post('/v1/payment_intents', { currency: 'usd' }, 'validated');
    expect(bad.status).toBe(400);
    const good = await post('/v1/payment_intents', { currency: 'usd', amount: '900' }, 'validated');
    expect(good.status).toBe(200);
    expect(good.headers.get('idempotent-replayed')).toBeNull();
  });

  it('let a retry after a lost response find the result', async () => {
    await standin.fault({ target: 'api', kind: 'timeout_after_commit', match: { path: '/v1/payment_intents' } });
    const before = await standin.ledger();
    // stripe-node automatically retries once after a dropped connection, with the same key.
    const intent = await stripe.paymentIntents.create(order, { idempotencyKey: 'dropped' });
    expect(intent.lastResponse.headers['idempotent-replayed']).toBe('true');
    const after = await standin.ledger();
    expect(after.payment_intents.requires_payment_method).toBe(
      (before.payment_intents.requires_payment_method ?? 0) + 1,
    );
  });
});

describe('faults of the API', () => {
  it('respond with an error or not at all, without executing the request', async () => {
    const before = await standin.ledger();
    await standin.fault({ target: 'api', kind: 'error', status: 503, match: { method: 'POST' } });
    await expect(stripe.paymentIntents.create(order)).rejects.toMatchObject({ statusCode: 503 });
    await standin.fault({ target: 'api', kind: 'lost', times: 2, match: { path: '/v1/payment_intents' } });
    await expect(stripe.paymentIntents.create(order)).rejects.toBeInstanceOf(Stripe.errors.StripeConnectionError);
    expect(await standin.ledger()).toEqual(before);
    expect((await stripe.paymentIntents.create(order)).object).toBe('payment_intent');
  });

  it('match a path, are listed, and can be deleted', async () => {
    await standin.fault({ target: 'api', kind: 'error', times: null, match: { path: '/v1/payment_intents/*/cancel' } });
    const intent = await stripe.paymentIntents.create(order);
    await expect(stripe.paymentIntents.cancel(intent.id)).rejects.toMatchObject({ statusCode: 500 });
    const listed = (await (await fetch(`${standin.url}/local/faults`)).json()) as { faults: { struck: number }[] };
    expect(listed.faults.at(-1)).toMatchObject({ kind: 'error', struck: 1 });
    await fetch(`${standin.url}/local/faults`, { method: 'DELETE' });
    expect((await stripe.paymentIntents.cancel(intent.id)).status).toBe('canceled');
  });

  it('are rejected when malformed', async () => {
    const wrong = { target: 'api', kind: 'doubled' } as unknown as Parameters<TestStandin['fault']>[0];
    await expect(standin.fault(wrong)).rejects.toThrow(/kind/);
  });
});
