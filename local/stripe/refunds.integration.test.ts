import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RETURN_URL, TestStandin, WebhookReceiver } from './testing.ts';

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

async function pay(amount: number, paymentMethod = 'pm_card_visa'): Promise<Stripe.PaymentIntent> {
  return await stripe.paymentIntents.create({
    amount,
    currency: 'usd',
    confirm: true,
    payment_method: paymentMethod,
    return_url: RETURN_URL,
  });
}
const chargeOf = (intent: Stripe.PaymentIntent) => stripe.charges.retrieve(intent.latest_charge as string);

describe('refunds', () => {
  it('can be partial, and never exceed the captured amount', async () => {
    const intent = await pay(3000);
    const first = await stripe.refunds.create({
      payment_intent: intent.id,
      amount: 1000,
      reason: 'requested_by_customer',
      metadata: { refund_id: 'r1' },
    });
    expect(first).toMatchObject({ amount: 1000, status: 'succeeded', metadata: { refund_id: 'r1' } });
    expect(await chargeOf(intent)).toMatchObject({ amount_refunded: 1000, refunded: false });
    await expect(stripe.refunds.create({ payment_intent: intent.id, amount: 2001 })).rejects.toMatchObject({
      statusCode: 400,
      param: 'amount',
      message: 'Refund amount ($20.01) is greater than unrefunded amount on charge ($20.00)',
    });
    const rest = await stripe.refunds.create({ charge: intent.latest_charge as string });
    expect(rest.amount).toBe(2000);
    expect(await chargeOf(intent)).toMatchObject({ amount_refunded: 3000, refunded: true });
    await expect(stripe.refunds.create({ payment_intent: intent.id })).rejects.toMatchObject({
      statusCode: 400,
      code: 'charge_already_refunded',
    });
    const listed = await stripe.refunds.list({ payment_intent: intent.id });
    expect(listed.data.map(({ id }) => id)).toEqual([rest.id, first.id]);
    const event = await receiver.received('charge.refunded', intent.latest_charge as string);
    expect(event.data).toMatchObject({ object: { amount_refunded: 1000, refunded: false } });
    expect(event.data.previous_attributes).toEqual({ amount_refunded: 0 });
    await receiver.received('refund.created', first.id);
  });

  it('never exceed the captured amount for concurrent requests', async () => {
    const intent = await pay(1000);
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => stripe.refunds.create({ payment_intent: intent.id, amount: 100 })),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    expect(await chargeOf(intent)).toMatchObject({ amount_refunded: 1000, refunded: true });
  });

  it('are rejected for unpaid PaymentIntents', async () => {
    const open = await stripe.paymentIntents.create({ amount: 1000, currency: 'usd' });
    await expect(stripe.refunds.create({ payment_intent: open.id })).rejects.toMatchObject({ statusCode: 400 });
    await expect(stripe.refunds.create({ payment_intent: 'pi_none' })).rejects.toMatchObject({ statusCode: 404 });
    await expect(stripe.refunds.create({})).rejects.toMatchObject({ statusCode: 400, code: 'parameter_missing' });
  });

  it('succeed later with the test card for it', async () => {
    const intent = await pay(1500, 'pm_card_pendingRefund');
    const refund = await stripe.refunds.create({ payment_intent: intent.id });
    expect(refund.status).toBe('pending');
    const event = await receiver.received('refund.updated', refund.id);
    expect(event.data).toMatchObject({ object: { status: 'succeeded' }, previous_attributes: { status: 'pending' } });
    expect((await receiver.received('charge.refund.updated', refund.id)).data).toEqual(event.data);
    expect((await stripe.refunds.retrieve(refund.id)).status).toBe('succeeded');
  });

  it('fail later with the test card for it, and can be requested again', async () => {
    const intent = await pay(1500, 'pm_card_refundFail');
    const refund = await stripe.refunds.create({ payment_intent: intent.id });
    expect(refund.status).toBe('succeeded');
    const event = await receiver.received('refund.failed', refund.id);
    expect(event.data.object).toMatchObject({ status: 'failed', failure_reason: 'expired_or_canceled_card' });
    for (const type of ['refund.updated', 'charge.refund.updated']) {
      expect((await receiver.received(type, refund.id)).data).toMatchObject({ object: { status: 'failed' } });
    }
    expect(await chargeOf(intent)).toMatchObject({ amount_refunded: 0, refunded: false });
    expect((await stripe.refunds.create({ payment_intent: intent.id, amount: 500 })).amount).toBe(500);
  });

  it('stay pending and then fail after a fault, also across a kill', async () => {
    await standin.fault({ target: 'refund', kind: 'pending', outcome: 'failed', delay_ms: 600 });
    const intent = await pay(2000);
    const refund = await stripe.refunds.create({ payment_intent: intent.id });
    expect(refund).toMatchObject({ status: 'pending' });
    await standin.kill();
    await standin.launch();
    await receiver.received('refund.failed', refund.id);
    expect((await stripe.refunds.retrieve(refund.id)).status).toBe('failed');
  });

  it('add up in the ledger', async () => {
    const ledger = await standin.ledger();
    let captured = 0;
    let refunded = 0;
    for await (const charge of stripe.charges.list({ limit: 100 })) {
      captured += charge.amount_captured;
      refunded += charge.amount_refunded;
    }
    expect(ledger.currencies).toEqual([
      { currency: 'usd', captured, refunded, refunds_pending: 0, disputed: 0, disputes_open: 0 },
    ]);
  });
});
