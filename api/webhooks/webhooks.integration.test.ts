import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { atStripe, sell } from '../../tests/support/sales.ts';
import { createProduct, Shopper, startTestShop, stockOf, type TestShop, until } from '../../tests/support/shop.ts';
import { startAttributes } from '../../tests/support/start-attributes.ts';
import { refundWorkflowId } from '../../workflows/refund/messages.ts';
import { unmatchedPaymentWorkflowId } from '../../workflows/unmatched-payment/messages.ts';
import { ignoredEvents } from './events.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
});
afterAll(() => shop?.stop());

interface SentEvent {
  id?: string;
  type: string;
  object: Record<string, unknown>;
  /** Other fields of the event, such as another account. */
  more?: Record<string, unknown>;
}

/** Sends a signed event, like Stripe. */
async function send(
  event: SentEvent,
  options: { secret?: string; signedSecondsAgo?: number; tamper?: boolean } = {},
): Promise<number> {
  const { stripe, settings } = shop.services;
  const payload = JSON.stringify({
    id: event.id ?? `evt_${randomUUID()}`,
    object: 'event',
    type: event.type,
    created: Math.floor(Date.now() / 1000),
    livemode: false,
    data: { object: event.object },
    ...event.more,
  });
  const signature = stripe.webhooks.generateTestHeaderString({
    payload,
    secret: options.secret ?? settings.STRIPE_WEBHOOK_SECRET,
    timestamp: Math.floor(Date.now() / 1000) - (options.signedSecondsAgo ?? 0),
  });
  const response = await fetch(`${shop.api.url}/api/webhooks/stripe`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'stripe-signature': signature },
    body: options.tamper ? payload.replace('succeeded', 'succeeded ') : payload,
  });
  await response.arrayBuffer();
  return response.status;
}

async function pendingOrder() {
  const product = await createProduct(shop.services);
  const buyer = new Shopper(shop.api.url);
  const begun = await buyer.order(product.id);
  const orderId = begun.order.id as string;
  const intentId = begun.payment.client_secret.split('_secret')[0] as string;
  const intent = (status: string, more: Record<string, unknown> = {}) => ({
    id: intentId,
    object: 'payment_intent',
    status,
    amount: 1250,
    amount_received: status === 'succeeded' ? 1250 : 0,
    currency: 'usd',
    latest_charge: `ch_${randomUUID()}`,
    metadata: { order_id: orderId },
    ...more,
  });
  return { product, buyer, begun, orderId, intent };
}

const eventsOf = (orderId: string) =>
  shop.services.db.rows<{ type: string }>('select type from order_events where order_id = $1 order by id', [orderId]);

describe('the signature', () => {
  it('must exist, be recent, and match the secret and the body; otherwise nothing changes', async () => {
    const { orderId, intent, buyer } = await pendingOrder();
    const event = { type: 'payment_intent.succeeded', object: intent('succeeded') };
    const unsigned = await fetch(`${shop.api.url}/api/webhooks/stripe`, {
      method: 'POST',
      body: JSON.stringify(event),
    });
    expect(unsigned.status).toBe(400);
    expect(((await unsigned.json()) as { code: string }).code).toBe('invalid_signature');
    expect(await send(event, { secret: 'whsec_another' })).toBe(400);
    expect(await send(event, { signedSecondsAgo: 600 })).toBe(400);
    expect(await send(event, { tamper: true })).toBe(400);
    expect(await buyer.status(orderId)).toBe('pending');
  });
});

describe('events', () => {
  it('that are duplicated pay the order once', async () => {
    const { product, orderId, buyer, begun } = await pendingOrder();
    await buyer.pay(begun);
    await buyer.untilStatus(orderId, 'paid');
    const own = await until(
      () =>
        shop.services.db.row<{ id: string }>(
          `select id from stripe_events where order_id = $1 and type = 'payment_intent.succeeded' and handled_at is not null`,
          [orderId],
        ),
      'the event to be marked as handled',
    );
    const { intent } = {
      intent: await shop.services.stripe.paymentIntents.retrieve(begun.payment.client_secret.split('_secret')[0]),
    };
    const object = intent as unknown as Record<string, unknown>;
    for (const id of [own.id, own.id, undefined])
      expect(await send({ id, type: 'payment_intent.succeeded', object })).toBe(200);
    expect(await stockOf(shop.services, product.id)).toEqual({ stock: 9, reserved: 0 });
    expect((await eventsOf(orderId)).map((each) => each.type)).toEqual(['order_opened', 'order_paid']);
  });

  it('that were recorded but not handled, because of a crash, are handled when they are sent again', async () => {
    const { orderId, buyer, intent } = await pendingOrder();
    const id = `evt_${randomUUID()}`;
    await shop.services.db.run('insert into stripe_events (id, type, object_id, order_id) values ($1, $2, $3, $4)', [
      id,
      'payment_intent.payment_failed',
      'pi_x',
      orderId,
    ]);
    const object = intent('requires_payment_method', {
      last_payment_error: { code: 'card_declined', message: 'Your card was declined.', charge: `ch_${randomUUID()}` },
    });
    expect(await send({ id, type: 'payment_intent.payment_failed', object })).toBe(200);
    await until(async () => (await buyer.call('GET', `/orders/${orderId}`)).body.last_payment_error, 'the decline');
  });

  it('that are out of order, such as a decline after the payment, change nothing', async () => {
    const { orderId, buyer, begun, intent } = await pendingOrder();
    await buyer.pay(begun);
    await buyer.untilStatus(orderId, 'paid');
    const object = intent('requires_payment_method', {
      last_payment_error: { code: 'card_declined', message: 'No.', charge: `ch_${randomUUID()}` },
    });
    expect(await send({ type: 'payment_intent.payment_failed', object })).toBe(200);
    const order = (await buyer.call('GET', `/orders/${orderId}`)).body;
    expect(order).toMatchObject({ status: 'paid', last_payment_error: null });
  });

  it('of other programs on the account, of no order, or of other types are accepted and ignored', async () => {
    const other = { id: 'pi_other', status: 'succeeded', amount_received: 500, currency: 'usd' };
    for (const metadata of [{}, { order_id: randomUUID() }, { order_id: 'A-17' }])
      expect(await send({ type: 'payment_intent.succeeded', object: { ...other, metadata } })).toBe(200);
    expect(await send({ type: 'customer.created', object: { id: 'cus_1' } })).toBe(200);
  });

  it('of another account or mode, thin, or without an object are accepted, ignored, and counted', async () => {
    const { orderId, buyer, intent } = await pendingOrder();
    const object = intent('succeeded');
    const strangers: [string, Record<string, unknown>][] = [
      ['other_account', { account: 'acct_1' }],
      ['other_mode', { livemode: true }],
      ['thin', { object: 'v2.core.event', data: undefined, related_object: { id: 'pi_1' } }],
      ['no_object', { data: {} }],
      ['no_object', { data: undefined }],
      ['no_object', { data: { object: null } }],
    ];
    for (const [reason, more] of strangers) {
      const count = async () =>
        (await ignoredEvents.get()).values.find(({ labels }) => labels.reason === reason)?.value;
      const before = (await count()) ?? 0;
      expect([reason, await send({ type: 'payment_intent.succeeded', object, more })]).toEqual([reason, 200]);
      expect([reason, await count()]).toEqual([reason, before + 1]);
    }
    expect(await buyer.status(orderId)).toBe('pending');
    expect((await eventsOf(orderId)).map((each) => each.type)).toEqual(['order_opened']);
  });

  it('that can’t be handled get a 5xx, so that Stripe sends them again', async () => {
    const { orderId, intent } = await pendingOrder();
    const { temporal } = shop.services;
    const { signalWithStart } = temporal.workflow;
    // A stub, because the alternative is to stop the Temporal server that all tests share.
    temporal.workflow.signalWithStart = () => Promise.reject(new Error('Temporal is away'));
    const id = `evt_${randomUUID()}`;
    const event = {
      id,
      type: 'payment_intent.payment_failed',
      object: intent('requires_payment_method', {
        last_payment_error: { code: 'x', message: 'No.', charge: `ch_${randomUUID()}` },
      }),
    };
    try {
      expect(await send(event)).toBe(503);
    } finally {
      temporal.workflow.signalWithStart = signalWithStart;
    }
    expect(await send(event)).toBe(200);
    await until(async () => (await eventsOf(orderId)).some((each) => each.type === 'payment_failed'), 'the decline');
  });
});

describe('faulty delivery of webhooks', () => {
  const fault = (body: Record<string, unknown>) => atStripe(shop, 'faults', body);

  it('loses an event: the workflow reads the payment from Stripe before the reservation expires', async () => {
    const { orderId, buyer, begun } = await pendingOrder();
    await fault({ target: 'webhook', match: { event_type: 'payment_intent.succeeded' }, kind: 'lost', times: 1 });
    await buyer.pay(begun);
    await buyer.untilStatus(orderId, 'paid', 45_000);
  }, 60_000);

  it('duplicates and reorders events: the order is paid once', async () => {
    const { product, orderId, buyer, begun } = await pendingOrder();
    await fault({ target: 'webhook', kind: 'doubled', times: 2 });
    await fault({ target: 'webhook', kind: 'out_of_order', times: 2 });
    await buyer.pay(begun, '4000000000000002');
    await buyer.pay(begun);
    await buyer.untilStatus(orderId, 'paid');
    expect(await stockOf(shop.services, product.id)).toEqual({ stock: 9, reserved: 0 });
  });
});

describe('a workflow that is resumed for an event from Stripe', () => {
  const CREATED_AT = '2026-03-04T05:06:07Z';

  /** @returns the search attributes that the event's workflow was started with */
  async function resumedBy(event: SentEvent, workflowId: string): Promise<Record<string, unknown>> {
    expect(await send(event)).toBe(200);
    const attributes = await startAttributes(shop.services, workflowId);
    await shop.services.temporal.workflow.getHandle(workflowId).terminate('the test is over');
    return attributes;
  }

  it('of a refund has the refund’s day as a search attribute', async () => {
    const { orderId, intentId } = await sell(shop);
    const refundId = randomUUID();
    await shop.services.db.run(
      `insert into refunds (id, order_id, request_id, amount, currency, reason, requested_by, status, created_at)
       values ($1, $2, 'dated', 1, 'usd', 'test', 'system', 'failed', $3)`,
      [refundId, orderId, CREATED_AT],
    );
    const object = {
      id: `re_${refundId}`,
      status: 'pending',
      payment_intent: intentId,
      metadata: { refund_id: refundId },
    };
    const workflowId = refundWorkflowId(orderId, 'dated');
    const attributes = await resumedBy({ type: 'refund.updated', object }, workflowId);
    expect(attributes).toMatchObject({ OrderId: orderId, Amount: 1, Day: '2026-03-04' });
    await shop.services.db.run('delete from refunds where id = $1', [refundId]);
  });

  it('of an unmatched payment has its order, amount, and day as search attributes', async () => {
    const { orderId } = await sell(shop);
    const paymentId = `pi_dated_${orderId}`;
    await shop.services.db.run(
      `insert into payments (id, order_id, status, received_amount, currency, unmatched_reason, refund_status, created_at)
       values ($1, $2, 'succeeded', 12.5, 'usd', 'other_intent', 'succeeded', $3)`,
      [paymentId, orderId, CREATED_AT],
    );
    const object = { id: `re_${paymentId}`, status: 'failed', payment_intent: paymentId };
    const attributes = await resumedBy({ type: 'refund.failed', object }, unmatchedPaymentWorkflowId(paymentId));
    expect(attributes).toMatchObject({ OrderId: orderId, Amount: 12.5, Day: '2026-03-04' });
    await shop.services.db.run('delete from payments where id = $1', [paymentId]);
  });
});
