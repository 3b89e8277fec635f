import { request } from 'node:http';
import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, RETURN_URL, TestStandin, WebhookReceiver } from './testing.ts';

let standin: TestStandin;
let receiver: WebhookReceiver;
let stripe: Stripe;

beforeAll(async () => {
  receiver = await WebhookReceiver.start();
  standin = await TestStandin.start({ STANDIN_WEBHOOK_URL: receiver.url, STANDIN_WEBHOOK_EVENTS: '*' });
  stripe = standin.client();
});
afterAll(async () => {
  await standin.stop();
  await receiver.stop();
});

const openIntent = () =>
  stripe.paymentIntents.create({
    amount: 2599,
    currency: 'usd',
    description: 'Order <b>7</b>',
    automatic_payment_methods: { enabled: true },
    metadata: { order_id: '0b0e' },
  });
async function paidIntent(): Promise<Stripe.PaymentIntent> {
  const { id } = await openIntent();
  const options = { payment_method: 'pm_card_visa_chargeDeclined', return_url: RETURN_URL };
  await stripe.paymentIntents.confirm(id, options).catch(() => undefined);
  return await stripe.paymentIntents.confirm(id, { ...options, payment_method: 'pm_card_visa' });
}

const addressOf = (intent: Stripe.PaymentIntent) => `${standin.url}/local/payments/${intent.id}`;
const pageOf = async (intent: Stripe.PaymentIntent) => await (await fetch(addressOf(intent))).text();
const versionOf = (html: string) => /name="version" value="(\w+)"/.exec(html)![1]!;

async function press(
  intent: Stripe.PaymentIntent,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> {
  const version = versionOf(await pageOf(intent));
  return await fetch(addressOf(intent), {
    method: 'POST',
    headers: { Origin: standin.url, ...headers },
    body: new URLSearchParams({ version, ...fields }),
    redirect: 'manual',
  });
}

describe('the page of a payment', () => {
  it('shows all of its details', async () => {
    const html = await pageOf(await paidIntent());
    for (const text of ['$25.99', 'Your card was declined.', 'Payment complete.', 'Visa •••• 4242', '0b0e']) {
      expect(html).toContain(text);
    }
    expect(html).toContain('Order &lt;b&gt;7&lt;/b&gt;');
    expect(html).not.toContain('<script');
  });

  it('offers no actions for an unpaid PaymentIntent', async () => {
    const html = await pageOf(await openIntent());
    expect(html).toContain('Requires payment method');
    expect(html).not.toContain('<form');
    expect((await fetch(`${standin.url}/local/payments/pi_none`)).status).toBe(404);
  });

  it('refunds an amount once, however often the button is clicked', async () => {
    const intent = await paidIntent();
    const version = versionOf(await pageOf(intent));
    const fields = { action: 'refund', amount: '10.00', reason: 'requested_by_customer', version };
    const first = await press(intent, fields);
    expect(first.status).toBe(303);
    expect(first.headers.get('location')).toBe(`/local/payments/${intent.id}`);
    const second = await press(intent, fields);
    expect(second.status).toBe(400);
    expect(await second.text()).toContain('has changed since you opened the page');
    const { data } = await stripe.refunds.list({ payment_intent: intent.id });
    expect(data).toEqual([expect.objectContaining({ amount: 1000, metadata: {}, reason: 'requested_by_customer' })]);
    await receiver.received('refund.created', data[0]!.id);
    const event = await receiver.received('charge.refunded', intent.latest_charge as string);
    expect(event.request).toEqual({ id: null, idempotency_key: null });
    expect(event.data.previous_attributes).toEqual({ amount_refunded: 0 });
    const html = await pageOf(intent);
    expect(html).toContain('Partly refunded');
    expect(html).toContain('value="15.99"');
  });

  it.each([
    ['10.001', 'is not a valid amount in USD'],
    ['a lot', 'is not a valid amount in USD'],
    ['26.00', 'greater than charge amount'],
    ['0', 'greater than or equal to 1'],
  ])('shows why it does not refund %s', async (amount, reason) => {
    const intent = await paidIntent();
    const response = await press(intent, { action: 'refund', amount });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(reason);
    expect((await stripe.refunds.list({ payment_intent: intent.id })).data).toEqual([]);
  });

  it('opens disputes and decides them', async () => {
    const intent = await paidIntent();
    const opening = { action: 'dispute', amount: '25.99', reason: 'product_not_received' };
    expect((await press(intent, opening)).status).toBe(303);
    const [dispute] = (await stripe.disputes.list({ payment_intent: intent.id })).data;
    expect(dispute).toMatchObject({ amount: 2599, reason: 'product_not_received', status: 'needs_response' });
    const disputed = await pageOf(intent);
    expect(disputed).toContain('Product not received');
    expect(disputed).toContain('can’t be refunded');
    expect(disputed).not.toContain('value="refund"');
    expect((await press(intent, { action: 'won', dispute: dispute!.id })).status).toBe(303);
    expect((await stripe.disputes.retrieve(dispute!.id)).status).toBe('won');
    await eventually('the end', () => receiver.typesAbout(dispute!.id).includes('charge.dispute.closed'));
    const won = await pageOf(intent);
    expect(won).toContain('value="refund"');
    expect(won).not.toContain('Shop wins');
  });

  it('submits evidence, which the bank then reviews', async () => {
    const intent = await paidIntent();
    await press(intent, { action: 'dispute', amount: '25.99', reason: 'fraudulent' });
    const [dispute] = (await stripe.disputes.list({ payment_intent: intent.id })).data;
    const submit = (evidence: string) => press(intent, { action: 'evidence', dispute: dispute!.id, evidence });
    expect((await submit('')).status).toBe(400);
    expect((await submit('UPS, 1Z999')).status).toBe(303);
    expect(await stripe.disputes.retrieve(dispute!.id)).toMatchObject({
      status: 'under_review',
      evidence: { uncategorized_text: 'UPS, 1Z999' },
      evidence_details: { has_evidence: true, submission_count: 1 },
    });
    await receiver.received('charge.dispute.updated', dispute!.id);
    expect(await pageOf(intent)).toContain('Evidence was submitted once.');
    await submit('And the confirmation');
    expect(await pageOf(intent)).toContain('Evidence was submitted 2 times.');
    await press(intent, { action: 'lost', dispute: dispute!.id });
    expect(await pageOf(intent)).not.toContain('Submit evidence');
  });

  it.each<[string, Record<string, string>]>([
    ['another origin', { Origin: 'https://evil.example.test' }],
    ['another port of this machine', { Origin: 'http://127.0.0.1:1' }],
    ['an unknown origin', { Origin: 'null' }],
    ['another site, as the browser says', { 'Sec-Fetch-Site': 'cross-site' }],
  ])('ignores a form from %s', async (_, headers) => {
    const intent = await paidIntent();
    expect((await press(intent, { action: 'refund', amount: '1.00' }, headers)).status).toBe(403);
    expect((await stripe.refunds.list({ payment_intent: intent.id })).data).toEqual([]);
  });

  it('is not shown under a host name that could belong to another server', async () => {
    const url = new URL(addressOf(await paidIntent()));
    const status = await new Promise((resolve, reject) => {
      const asked = request(url, { headers: { Host: `evil.example.test:${url.port}` } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      asked.on('error', reject).end();
    });
    expect(status).toBe(403);
  });
});
