/**
 * Compares the stand-in with stripe-mock by Stripe, which checks each request against Stripe's OpenAPI description and responds
 * with fixtures. Each call is sent to both with stripe-node; stripe-mock must accept it, and the stand-in's response must have
 * the fixture's fields with the fixture's types.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, RETURN_URL, TestStandin, WebhookReceiver } from './testing.ts';

let standin: TestStandin;
let receiver: WebhookReceiver;
let local: Stripe;
let mock: Stripe;
let mockProcess: ChildProcess | undefined;

async function startStripeMock(): Promise<Stripe> {
  const binary = process.env.STRIPE_MOCK_BIN;
  if (!binary) {
    throw new Error(
      'STRIPE_MOCK_BIN must name the stripe-mock program; `npm test` sets it. To run this file alone: ' +
        '`go install github.com/stripe/stripe-mock@v0.203.0`, then set STRIPE_MOCK_BIN to the installed file.',
    );
  }
  // With an empty port, the system chooses one.
  const child = spawn(binary, ['-http-addr', '127.0.0.1:', '-https-addr', '127.0.0.1:'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  mockProcess = child;
  const port = await Promise.race([
    new Promise<string>((resolve) => {
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream! }).on('line', (line) => {
          const found = /Listening for HTTP at address: 127\.0\.0\.1:(\d+)/.exec(line);
          if (found) resolve(found[1]!);
        });
      }
    }),
    once(child, 'error').then(([error]) => {
      throw new Error(`stripe-mock (${binary}) does not start: ${String(error)}`);
    }),
    once(child, 'exit').then(([code]) => {
      throw new Error(`stripe-mock (${binary}) ended with code ${code} before it was ready`);
    }),
  ]);
  return new Stripe('sk_test_123', { host: '127.0.0.1', port, protocol: 'http', maxNetworkRetries: 0 });
}

beforeAll(async () => {
  mock = await startStripeMock();
  receiver = await WebhookReceiver.start();
  standin = await TestStandin.start({ STANDIN_WEBHOOK_URL: receiver.url, STANDIN_WEBHOOK_EVENTS: '*' });
  local = standin.client();
}, 60_000);

afterAll(async () => {
  if (mockProcess?.exitCode === null) {
    mockProcess.kill('SIGTERM');
    await once(mockProcess, 'exit');
  }
  await standin?.stop();
  await receiver?.stop();
});

/** Fields whose content comes from the caller or depends on an event's type. */
const FREE_CONTENT = new Set(['metadata', 'previous_attributes', 'data.object', 'fraud_details']);
/** Since 2022-11-15 a charge includes its refunds only when expanded; stripe-mock's fixture still has them. */
const WHEN_EXPANDED = new Set(['refunds']);

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Paths at which `actual` lacks a field of the fixture or has another type. */
function differences(fixture: unknown, actual: unknown, path = ''): string[] {
  if (fixture === null || actual === null) return [];
  if (typeOf(fixture) !== typeOf(actual)) {
    return [`${path} is ${typeOf(actual)}, Stripe's is ${typeOf(fixture)}`];
  }
  if (Array.isArray(fixture) && Array.isArray(actual)) {
    return fixture.length > 0 && actual.length > 0 ? differences(fixture[0], actual[0], `${path}[]`) : [];
  }
  if (typeof fixture !== 'object') return [];
  return Object.entries(fixture as object).flatMap(([name, value]) => {
    const inner = path === '' ? name : `${path}.${name}`;
    if ([...FREE_CONTENT].some((free) => inner.endsWith(free))) return [];
    if (!Object.hasOwn(actual as object, name)) return WHEN_EXPANDED.has(name) ? [] : [`${inner} is missing`];
    return differences(value, (actual as Record<string, unknown>)[name], inner);
  });
}

interface Conversation {
  /** Creates the object for the call at the stand-in. */
  prepare: () => Promise<string>;
  call: (stripe: Stripe, id: string) => Promise<object>;
}

const none = async (): Promise<string> => 'none';
const openIntent = async (): Promise<string> =>
  (await local.paymentIntents.create({ amount: 2000, currency: 'usd', automatic_payment_methods: { enabled: true } }))
    .id;
const paidIntent = async (paymentMethod = 'pm_card_visa'): Promise<Stripe.PaymentIntent> =>
  await local.paymentIntents.confirm(await openIntent(), { payment_method: paymentMethod, return_url: RETURN_URL });
const paidIntentId = async (): Promise<string> => (await paidIntent()).id;
const declinedIntent = async (): Promise<string> => {
  const id = await openIntent();
  await local.paymentIntents
    .confirm(id, { payment_method: 'pm_card_chargeDeclined', return_url: RETURN_URL })
    .catch(() => undefined);
  return id;
};
const refundId = async (): Promise<string> => (await local.refunds.create({ payment_intent: await paidIntentId() })).id;

/** A paid PaymentIntent that the shopper's bank disputes. */
async function disputedIntent(): Promise<Stripe.PaymentIntent> {
  const intent = await paidIntent('pm_card_createDispute');
  await eventually('the dispute', async () => (await local.charges.retrieve(intent.latest_charge as string)).disputed);
  return intent;
}
const disputeId = async (): Promise<string> =>
  (await local.disputes.list({ payment_intent: (await disputedIntent()).id })).data[0]!.id;

const CONVERSATIONS: Record<string, Conversation> = {
  'create an intent as the shop does': {
    prepare: none,
    call: (stripe) =>
      stripe.paymentIntents.create(
        {
          amount: 4711,
          currency: 'usd',
          automatic_payment_methods: { enabled: true },
          metadata: { order_id: '0b0e' },
          description: 'Order 0b0e',
          receipt_email: 'ada@example.com',
          shipping: {
            name: 'Ada Example',
            phone: '555-0100',
            address: { line1: '1 Main St', city: 'Springfield', state: 'IL', postal_code: '62701', country: 'US' },
          },
        },
        { idempotencyKey: 'order-0b0e-intent' },
      ),
  },
  'create and confirm at once': {
    prepare: none,
    call: (stripe) =>
      stripe.paymentIntents.create({
        amount: 4711,
        currency: 'eur',
        confirm: true,
        payment_method: 'pm_card_visa',
        return_url: RETURN_URL,
        expand: ['latest_charge'],
      }),
  },
  'retrieve an open intent': { prepare: openIntent, call: (stripe, id) => stripe.paymentIntents.retrieve(id) },
  'retrieve a paid intent': {
    prepare: paidIntentId,
    call: (stripe, id) => stripe.paymentIntents.retrieve(id, { expand: ['latest_charge', 'payment_method'] }),
  },
  'retrieve a declined intent': { prepare: declinedIntent, call: (stripe, id) => stripe.paymentIntents.retrieve(id) },
  'update an intent': {
    prepare: openIntent,
    call: (stripe, id) =>
      stripe.paymentIntents.update(id, { amount: 2100, metadata: { order_id: 'x' }, description: 'd' }),
  },
  'confirm an intent': {
    prepare: openIntent,
    call: (stripe, id) => stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa', return_url: RETURN_URL }),
  },
  'confirm an intent that needs authentication': {
    prepare: openIntent,
    call: (stripe, id) =>
      stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_authenticationRequired', return_url: RETURN_URL }),
  },
  'cancel an intent': {
    prepare: openIntent,
    call: (stripe, id) => stripe.paymentIntents.cancel(id, { cancellation_reason: 'abandoned' }),
  },
  'list intents': {
    prepare: paidIntentId,
    call: (stripe) =>
      stripe.paymentIntents.list({ limit: 100, created: { gte: 1_700_000_000 }, expand: ['data.latest_charge'] }),
  },
  'list intents from one on': {
    prepare: async () => {
      const first = await openIntent();
      await openIntent();
      return first;
    },
    call: (stripe, id) => stripe.paymentIntents.list({ limit: 1, ending_before: id }),
  },
  'create a payment method': {
    prepare: none,
    call: (stripe) =>
      stripe.paymentMethods.create({
        type: 'card',
        card: { token: 'tok_visa' },
        billing_details: { name: 'Ada Example', email: 'ada@example.com', address: { postal_code: '62701' } },
      }),
  },
  // Stripe.js may also send the number with the confirmation, which Stripe's public description omits.
  'create a payment method of a number': {
    prepare: none,
    call: (stripe) =>
      stripe.paymentMethods.create({
        type: 'card',
        card: { number: '4242424242424242', exp_month: 12, exp_year: 2040, cvc: '123' },
      }),
  },
  'retrieve a payment method': {
    prepare: async () => (await local.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } })).id,
    call: (stripe, id) => stripe.paymentMethods.retrieve(id),
  },
  'retrieve a charge': {
    prepare: async () => (await paidIntent()).latest_charge as string,
    call: (stripe, id) => stripe.charges.retrieve(id, { expand: ['refunds'] }),
  },
  'retrieve a failed charge': {
    prepare: async () => (await local.paymentIntents.retrieve(await declinedIntent())).latest_charge as string,
    call: (stripe, id) => stripe.charges.retrieve(id),
  },
  'list charges': {
    prepare: paidIntentId,
    call: (stripe, id) => stripe.charges.list({ payment_intent: id, limit: 10 }),
  },
  'refund in part': {
    prepare: paidIntentId,
    call: (stripe, id) =>
      stripe.refunds.create(
        {
          payment_intent: id,
          amount: 500,
          reason: 'requested_by_customer',
          metadata: { refund_id: 'r', order_id: 'o' },
        },
        { idempotencyKey: 'refund-r' },
      ),
  },
  'refund that is pending': {
    prepare: async () => (await paidIntent('pm_card_pendingRefund')).id,
    call: (stripe, id) => stripe.refunds.create({ payment_intent: id }),
  },
  'retrieve a refund': { prepare: refundId, call: (stripe, id) => stripe.refunds.retrieve(id) },
  'retrieve a refund that failed': {
    prepare: async () => {
      const intent = await paidIntent('pm_card_refundFail');
      const { id } = await local.refunds.create({ payment_intent: intent.id });
      await receiver.received('refund.failed', id);
      return id;
    },
    call: (stripe, id) => stripe.refunds.retrieve(id, { expand: ['charge'] }),
  },
  'update a refund': {
    prepare: refundId,
    call: (stripe, id) => stripe.refunds.update(id, { metadata: { ticket: '1' } }),
  },
  'list refunds': {
    prepare: async () => {
      const id = await paidIntentId();
      await local.refunds.create({ payment_intent: id, amount: 100 });
      return id;
    },
    call: (stripe, id) => stripe.refunds.list({ payment_intent: id, limit: 100 }),
  },
  'list disputes': {
    prepare: async () => (await disputedIntent()).id,
    call: (stripe, id) => stripe.disputes.list({ payment_intent: id, limit: 10 }),
  },
  'retrieve a dispute': {
    prepare: disputeId,
    call: (stripe, id) => stripe.disputes.retrieve(id, { expand: ['charge', 'payment_intent'] }),
  },
  'answer a dispute': {
    prepare: disputeId,
    call: (stripe, id) =>
      stripe.disputes.update(id, {
        evidence: { product_description: 'A lamp', uncategorized_text: 'winning_evidence' },
        metadata: { ticket: '1' },
        submit: true,
      }),
  },
  'prepare the answer to a dispute': {
    prepare: disputeId,
    call: (stripe, id) => stripe.disputes.update(id, { evidence: { customer_name: 'Ada' }, submit: false }),
  },
  'give in to a dispute': { prepare: disputeId, call: (stripe, id) => stripe.disputes.close(id) },
  'retrieve a charge that is disputed': {
    prepare: async () => (await disputedIntent()).latest_charge as string,
    call: (stripe, id) => stripe.charges.retrieve(id),
  },
  'list events': {
    prepare: paidIntentId,
    call: (stripe) => stripe.events.list({ limit: 20, types: ['payment_intent.succeeded', 'charge.refunded'] }),
  },
  'retrieve an event': {
    prepare: async () => {
      await paidIntentId();
      return (await local.events.list({ type: 'payment_intent.succeeded', limit: 1 })).data[0]!.id;
    },
    call: (stripe, id) => stripe.events.retrieve(id),
  },
};

describe('the stand-in and stripe-mock', () => {
  it.each(Object.keys(CONVERSATIONS))('agree on how to %s', async (name) => {
    const { prepare, call } = CONVERSATIONS[name]!;
    const id = await prepare();
    const fixture = await call(mock, id);
    const actual = await call(local, id);
    expect(differences(fixture, actual)).toEqual([]);
  });

  it('agree on the format of webhook events', async () => {
    const intent = await paidIntent();
    await local.refunds.create({ payment_intent: intent.id });
    const chargeId = intent.latest_charge as string;
    const dispute = await disputeId();
    const kinds: [string, string, object][] = [
      ['payment_intent.succeeded', intent.id, await mock.paymentIntents.retrieve(intent.id)],
      ['charge.refunded', chargeId, await mock.charges.retrieve(chargeId)],
      ['charge.dispute.created', dispute, await mock.disputes.retrieve(dispute)],
      ['charge.dispute.funds_withdrawn', dispute, await mock.disputes.retrieve(dispute)],
    ];
    const envelope = await mock.events.retrieve('evt_1');
    for (const [type, id, fixture] of kinds) {
      const event = await receiver.received(type, id);
      expect(differences(envelope, event)).toEqual([]);
      expect(differences(fixture, event.data.object)).toEqual([]);
    }
  });

  it('both reject an unknown parameter, a missing one, and one of the wrong type', async () => {
    const wrong = [
      { amount: 2000, currency: 'usd', color: 'red' },
      { currency: 'usd' },
      { amount: 'much', currency: 'usd' },
      { amount: 2000, currency: 'usd', automatic_payment_methods: { enabled: true, allow_redirects: 'sometimes' } },
    ];
    for (const parameters of wrong) {
      for (const stripe of [mock, local]) {
        const refused = stripe.paymentIntents.create(parameters as unknown as Stripe.PaymentIntentCreateParams);
        await expect(refused).rejects.toMatchObject({ statusCode: 400, rawType: 'invalid_request_error' });
      }
    }
  });

  it('are compared in a way that detects differences', () => {
    const fixture = { id: 'x', list: [{ a: 1 }], nested: { b: 'c' }, gone: 1, nullable: null };
    const actual = { id: 1, list: [{ a: '1' }], nested: {}, nullable: 5 };
    expect(differences(fixture, actual)).toEqual([
      "id is number, Stripe's is string",
      "list[].a is string, Stripe's is number",
      'nested.b is missing',
      'gone is missing',
    ]);
  });
});
