import type Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSION } from './events.ts';
import { eventually, RETURN_URL, TestStandin, WebhookReceiver } from './testing.ts';
import type { WebhookFigures } from './webhooks.ts';

let standin: TestStandin;
let receiver: WebhookReceiver;
let stripe: Stripe;

beforeAll(async () => {
  receiver = await WebhookReceiver.start();
  standin = await TestStandin.start({ STANDIN_WEBHOOK_URL: receiver.url });
  stripe = standin.client();
});
afterEach(() => {
  expect(receiver.badSignatures).toBe(0);
});
afterAll(async () => {
  await standin.stop();
  await receiver.stop();
});

const pay = (paymentMethod = 'pm_card_visa') =>
  stripe.paymentIntents.create({
    amount: 1200,
    currency: 'usd',
    confirm: true,
    payment_method: paymentMethod,
    return_url: RETURN_URL,
  });
const figures = async () => (await (await fetch(`${standin.url}/local/webhooks`)).json()) as WebhookFigures;
const drained = () => eventually('all deliveries', async () => (await figures()).pending === 0);
const count = (type: string, id: string) => receiver.typesAbout(id).filter((received) => received === type).length;

describe('webhooks', () => {
  it('have a signature that the client accepts, for the subscribed types', async () => {
    const intent = await pay();
    const event = await receiver.received('payment_intent.succeeded', intent.id);
    expect(event).toMatchObject({ object: 'event', api_version: API_VERSION, livemode: false });
    expect(event.request).toMatchObject({ id: intent.lastResponse.requestId });
    expect(event.data.object).toMatchObject({ id: intent.id, status: 'succeeded', amount_received: 1200 });
    await drained();
    expect(receiver.typesAbout(intent.id)).toEqual(['payment_intent.succeeded']);
    const all = await stripe.events.list({ limit: 10 });
    expect(all.data.slice(0, 3).map(({ type }) => type)).toEqual([
      'payment_intent.succeeded',
      'charge.succeeded',
      'payment_intent.created',
    ]);
    expect((await stripe.events.retrieve(event.id)).pending_webhooks).toBe(0);
  });

  it('are retried until a 2xx response', async () => {
    receiver.refuse = 3;
    const intent = await pay();
    await receiver.received('payment_intent.succeeded', intent.id);
    expect((await figures()).failed_attempts).toBeGreaterThanOrEqual(3);
  });

  it('are all delivered for many concurrent payments', async () => {
    const intents = await Promise.all(Array.from({ length: 100 }, () => pay()));
    for (const { id } of intents) await receiver.received('payment_intent.succeeded', id);
    await drained();
  });

  it('survive kill -9 of the stand-in while the shop is down', async () => {
    const port = receiver.port;
    await receiver.stop();
    const intents = await Promise.all(Array.from({ length: 20 }, () => pay()));
    const canceled = await stripe.paymentIntents.create({ amount: 1000, currency: 'usd' });
    await stripe.paymentIntents.cancel(canceled.id);
    const before = await standin.ledger();
    await standin.kill();
    receiver = await WebhookReceiver.start(port);
    await standin.launch();
    expect(await standin.ledger()).toEqual(before);
    for (const { id } of intents) await receiver.received('payment_intent.succeeded', id);
    await receiver.received('payment_intent.canceled', canceled.id);
    await drained();
  });

  it('are sent for every answered request, whenever the process is killed', async () => {
    const answered: string[] = [];
    let running = true;
    const shopper = async () => {
      while (running) {
        try {
          answered.push((await pay()).id);
        } catch {
          // The server is down, so nothing was answered.
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const shoppers = Array.from({ length: 4 }, shopper);
    for (let kill = 0; kill < 4; kill += 1) {
      await new Promise((resolve) => setTimeout(resolve, 120));
      await standin.kill();
      await standin.launch();
    }
    running = false;
    await Promise.all(shoppers);
    expect(answered.length).toBeGreaterThan(10);
    for (const id of answered) await receiver.received('payment_intent.succeeded', id);
    const ledger = await standin.ledger();
    expect(ledger.currencies[0]!.captured).toBe(ledger.charges.succeeded! * 1200);
  }, 30_000);

  it('stop gracefully with the process', async () => {
    const intent = await pay();
    expect(await standin.terminate()).toBe(0);
    await standin.launch();
    await receiver.received('payment_intent.succeeded', intent.id);
  });
});

describe('faults of webhooks', () => {
  it('lose one permanently', async () => {
    await standin.fault({ target: 'webhook', kind: 'lost', match: { event_type: 'payment_intent.succeeded' } });
    const lost = await pay();
    const next = await pay();
    await receiver.received('payment_intent.succeeded', next.id);
    await drained();
    expect(receiver.typesAbout(lost.id)).toEqual([]);
  });

  it('deliver one twice', async () => {
    await standin.fault({ target: 'webhook', kind: 'doubled' });
    const intent = await pay();
    await eventually('the second delivery', () => count('payment_intent.succeeded', intent.id) === 2);
    const ids = receiver.events
      .filter(({ data }) => (data.object as { id?: string }).id === intent.id)
      .map(({ id }) => id);
    expect(new Set(ids).size).toBe(1);
  });

  it('deliver one late', async () => {
    await standin.fault({ target: 'webhook', kind: 'delay', delay_ms: 400 });
    const start = Date.now();
    const intent = await pay();
    await receiver.received('payment_intent.succeeded', intent.id);
    expect(Date.now() - start).toBeGreaterThanOrEqual(400);
  });

  it('deliver one after a later one', async () => {
    await standin.fault({ target: 'webhook', kind: 'out_of_order', delay_ms: 5000 });
    const intent = await stripe.paymentIntents.create({ amount: 1200, currency: 'usd' });
    const options = { payment_method: 'pm_card_visa_chargeDeclined', return_url: RETURN_URL };
    await stripe.paymentIntents.confirm(intent.id, options).catch(() => undefined);
    await stripe.paymentIntents.confirm(intent.id, { ...options, payment_method: 'pm_card_visa' });
    await drained();
    expect(receiver.typesAbout(intent.id)).toEqual(['payment_intent.succeeded', 'payment_intent.payment_failed']);
  });

  it('lose the response, so that it is retried', async () => {
    await standin.fault({ target: 'webhook', kind: 'timeout_after_commit' });
    const intent = await pay();
    await eventually('the repeat', () => count('payment_intent.succeeded', intent.id) === 2);
    await drained();
  });

  it('fail an attempt before it reaches the shop', async () => {
    await standin.fault({ target: 'webhook', kind: 'error', times: 2 });
    const intent = await pay();
    await receiver.received('payment_intent.succeeded', intent.id);
    expect(count('payment_intent.succeeded', intent.id)).toBe(1);
  });
});
