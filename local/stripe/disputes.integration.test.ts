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

async function pay(amount = 3000, paymentMethod = 'pm_card_visa'): Promise<Stripe.PaymentIntent> {
  return await stripe.paymentIntents.create({
    amount,
    currency: 'usd',
    confirm: true,
    payment_method: paymentMethod,
    return_url: RETURN_URL,
  });
}
const chargeOf = (intent: Stripe.PaymentIntent) => stripe.charges.retrieve(intent.latest_charge as string);

async function operate(path: string, body: object, status = 201): Promise<unknown> {
  const response = await fetch(`${standin.url}/local/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(status);
  return await response.json();
}
const dispute = async (intent: Stripe.PaymentIntent, more: object = {}) =>
  (await operate('disputes', { payment_intent: intent.id, ...more })) as Stripe.Dispute;
const decide = (id: string, outcome: 'won' | 'lost') => operate(`disputes/${id}/close`, { outcome }, 200);

/** The event types of an object in chronological order, because deliveries may overtake each other. */
async function eventTypes(id: string): Promise<string[]> {
  const types: string[] = [];
  for await (const event of stripe.events.list({ limit: 100 })) {
    if ((event.data.object as { id?: string }).id === id) types.unshift(event.type);
  }
  return types;
}

const OPENED = ['charge.dispute.created', 'charge.dispute.funds_withdrawn'];

describe('disputes', () => {
  it('are opened after the payment with the disputing test card, and withdraw the money', async () => {
    const intent = await pay(4200, 'pm_card_createDispute');
    expect(intent.status).toBe('succeeded');
    expect((await chargeOf(intent)).disputed).toBe(false);
    const [found] = await eventually('the dispute', async () => {
      const { data } = await stripe.disputes.list({ payment_intent: intent.id });
      return data.length > 0 && data;
    });
    expect(found).toMatchObject({
      object: 'dispute',
      amount: 4200,
      charge: intent.latest_charge,
      payment_intent: intent.id,
      reason: 'fraudulent',
      status: 'needs_response',
      is_charge_refundable: false,
      evidence_details: { has_evidence: false, submission_count: 0 },
      balance_transactions: [{ amount: -4200, net: -5700, reporting_category: 'dispute' }],
      payment_method_details: { type: 'card', card: { brand: 'visa', network_reason_code: '10.4' } },
    });
    expect(found!.id).toMatch(/^dp_/);
    expect(found!.evidence_details.due_by).toBeGreaterThan(Date.now() / 1000);
    expect(await eventTypes(found!.id)).toEqual(OPENED);
    const event = await receiver.received('charge.dispute.created', found!.id);
    expect(event).toMatchObject({ request: { id: null }, data: { object: { id: found!.id } } });
    expect((await chargeOf(intent)).disputed).toBe(true);
  });

  it('are also opened if the process was killed meanwhile', async () => {
    const intent = await pay(1000, 'pm_card_createDisputeProductNotReceived');
    await standin.kill();
    await standin.launch();
    await eventually('the dispute', async () => {
      const { data } = await stripe.disputes.list({ charge: intent.latest_charge as string });
      return data[0]?.reason === 'product_not_received';
    });
  });

  it('block refunds while they are open and after they are lost', async () => {
    const intent = await pay();
    const { id } = await dispute(intent, { amount: 1000 });
    const refused = { statusCode: 400, code: 'charge_disputed', rawType: 'invalid_request_error' };
    const message = `Charge ${intent.latest_charge as string} has been charged back; cannot issue a refund.`;
    const refund = () => stripe.refunds.create({ payment_intent: intent.id, amount: 500 });
    await expect(refund()).rejects.toMatchObject({ ...refused, message });
    await stripe.disputes.update(id, { evidence: { product_description: 'A lamp' } });
    await expect(refund()).rejects.toMatchObject(refused);
    await decide(id, 'lost');
    await expect(refund()).rejects.toMatchObject(refused);
    expect(await chargeOf(intent)).toMatchObject({ amount_refunded: 0, disputed: true });
  });

  it('return the money when they are won, which allows refunds again', async () => {
    const intent = await pay();
    const opened = await dispute(intent, { reason: 'duplicate' });
    expect(opened).toMatchObject({ amount: 3000, reason: 'duplicate' });
    await decide(opened.id, 'won');
    const won = await stripe.disputes.retrieve(opened.id);
    expect(won).toMatchObject({ status: 'won', is_charge_refundable: true });
    expect(won.balance_transactions.map(({ amount }) => amount)).toEqual([-3000, 3000]);
    expect(await eventTypes(opened.id)).toEqual([
      ...OPENED,
      'charge.dispute.funds_reinstated',
      'charge.dispute.closed',
    ]);
    const event = await receiver.received('charge.dispute.closed', opened.id);
    expect(event.data).toMatchObject({
      object: { status: 'won' },
      previous_attributes: { status: 'needs_response', is_charge_refundable: false },
    });
    expect(await chargeOf(intent)).toMatchObject({ disputed: true });
    expect((await stripe.refunds.create({ payment_intent: intent.id })).amount).toBe(3000);
  });

  it('can be closed by the shop', async () => {
    const { id } = await dispute(await pay());
    expect(await stripe.disputes.close(id)).toMatchObject({ status: 'lost', is_charge_refundable: false });
    expect(await eventTypes(id)).toEqual([...OPENED, 'charge.dispute.closed']);
    const closed = { statusCode: 400, message: 'This dispute is already closed' };
    await expect(stripe.disputes.close(id)).rejects.toMatchObject(closed);
    await expect(stripe.disputes.update(id, { metadata: { a: '1' } })).rejects.toMatchObject(closed);
    await operate(`disputes/${id}/close`, { outcome: 'won' }, 400);
  });

  it('accept evidence, which may be submitted later', async () => {
    const { id } = await dispute(await pay());
    const noted = await stripe.disputes.update(id, { metadata: { ticket: '7' } });
    expect(noted).toMatchObject({ metadata: { ticket: '7' }, status: 'needs_response' });
    const staged = await stripe.disputes.update(id, { evidence: { customer_name: 'Ada' }, submit: false });
    expect(staged).toMatchObject({
      status: 'needs_response',
      evidence: { customer_name: 'Ada', receipt: null },
      evidence_details: { has_evidence: true, submission_count: 0, submission_method: 'not_submitted' },
    });
    const sent = await stripe.disputes.update(id, { submit: true });
    expect(sent).toMatchObject({
      status: 'under_review',
      metadata: { ticket: '7' },
      evidence: { customer_name: 'Ada' },
      evidence_details: { submission_count: 1, submission_method: 'manual' },
    });
    await eventually('all three updates', () => receiver.typesAbout(id).length === 5);
    const updates = receiver.events.filter(
      (event) => event.type === 'charge.dispute.updated' && event.data.object.id === id,
    );
    expect(updates.map(({ data }) => data.previous_attributes)).toContainEqual({
      evidence: { customer_name: null },
      evidence_details: { has_evidence: false },
    });
    await expect(
      stripe.disputes.update(id, { evidence: { color: 'red' } as Stripe.DisputeUpdateParams.Evidence }),
    ).rejects.toMatchObject({ code: 'parameter_unknown', param: 'evidence[color]' });
  });

  it.each([
    ['winning_evidence', 'won'],
    ['losing_evidence', 'lost'],
  ])('are decided by Stripe’s evidence text %s', async (text, status) => {
    const { id } = await dispute(await pay());
    const sent = await stripe.disputes.update(id, { evidence: { uncategorized_text: text } });
    expect(sent.status).toBe('under_review');
    const closed = await receiver.received('charge.dispute.closed', id);
    expect(closed.data).toMatchObject({ object: { status }, previous_attributes: { status: 'under_review' } });
  });

  it('fail a refund of the charge that is still pending', async () => {
    const intent = await pay(1500);
    await standin.fault({ target: 'refund', kind: 'pending', delay_ms: 500 });
    const refund = await stripe.refunds.create({ payment_intent: intent.id, amount: 400 });
    const { amount } = await dispute(intent);
    expect(amount).toBe(1500);
    const failed = await stripe.refunds.retrieve(refund.id);
    expect(failed).toMatchObject({ status: 'failed', failure_reason: 'charge_for_pending_refund_disputed' });
    expect(await chargeOf(intent)).toMatchObject({ amount_refunded: 0, disputed: true });
  });

  it('can’t exceed the payment', async () => {
    const intent = await pay();
    await dispute(intent, { amount: 1000 });
    await operate('disputes', { payment_intent: intent.id, amount: 2001 }, 400);
    expect((await dispute(intent)).amount).toBe(2000);
    await operate('disputes', { charge: intent.latest_charge }, 400);
    const open = await stripe.paymentIntents.create({ amount: 1000, currency: 'usd' });
    await operate('disputes', { payment_intent: open.id }, 404);
    await operate('disputes', { payment_intent: intent.id, charge: intent.latest_charge }, 400);
    await operate('disputes', { payment_intent: intent.id, reason: 'a whim' }, 400);
    await operate('disputes/dp_none/close', { outcome: 'won' }, 404);
  });

  it('can be listed, expanded, and retried like other objects', async () => {
    const intent = await pay();
    const ids: string[] = [];
    for (let part = 0; part < 3; part += 1) ids.push((await dispute(intent, { amount: 100 })).id);
    const walked: string[] = [];
    for await (const { id } of stripe.disputes.list({ payment_intent: intent.id, limit: 2 })) walked.push(id);
    expect(walked).toEqual(ids.toReversed());
    expect((await stripe.disputes.list({ charge: 'ch_other' })).data).toEqual([]);
    const expanded = await stripe.disputes.retrieve(ids[0]!, { expand: ['charge', 'payment_intent.latest_charge'] });
    expect(expanded.charge).toMatchObject({ object: 'charge', disputed: true });
    expect(expanded.payment_intent).toMatchObject({ latest_charge: { object: 'charge' } });
    const twice = { idempotencyKey: `close-${ids[0]}` };
    expect(await stripe.disputes.close(ids[0]!, {}, twice)).toEqual(await stripe.disputes.close(ids[0]!, {}, twice));
    await expect(stripe.disputes.retrieve('dp_none')).rejects.toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
      param: 'dispute',
    });
  });

  it('add up in the ledger', async () => {
    const sums = { disputed: 0, disputes_open: 0 };
    for await (const { amount, status } of stripe.disputes.list({ limit: 100 })) {
      if (status !== 'won') sums.disputed += amount;
      if (status !== 'won' && status !== 'lost') sums.disputes_open += amount;
    }
    expect(sums.disputes_open).toBeGreaterThan(0);
    expect(sums.disputed).toBeGreaterThan(sums.disputes_open);
    const ledger = await standin.ledger();
    expect(ledger.currencies).toEqual([expect.objectContaining({ currency: 'usd', ...sums })]);
    expect(ledger.disputes.won).toBeGreaterThan(0);
  });
});

describe('a dispute without a response', () => {
  it('is lost at its deadline', async () => {
    const hasty = await TestStandin.start({ STANDIN_EVIDENCE_MS: '200' });
    try {
      const client = hasty.client();
      const { latest_charge } = await client.paymentIntents.create({
        amount: 900,
        currency: 'usd',
        confirm: true,
        payment_method: 'pm_card_createDispute',
        return_url: RETURN_URL,
      });
      const lost = await eventually('the end', async () => {
        const { data } = await client.disputes.list({ charge: latest_charge as string });
        return data[0]?.status === 'lost' && data[0];
      });
      expect(lost.evidence_details.submission_count).toBe(0);
    } finally {
      await hasty.stop();
    }
  });
});
