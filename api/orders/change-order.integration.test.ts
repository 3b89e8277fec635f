/** What shoppers correct before they pay, and the stream on which a browser follows all of its orders. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mailsTo } from '../../local/mailbox/testing.ts';
import { signedIn } from '../../tests/support/accounts.ts';
import { Desk } from '../../tests/support/desk.ts';
import { openOrder } from '../../tests/support/sales.ts';
import { ADDRESS, createProduct, Shopper, startTestShop, type TestShop, until } from '../../tests/support/shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
});
afterAll(() => shop?.stop());

const newEmail = () => `changed-${randomUUID()}@example.test`;
const mails = (email: string) => mailsTo(process.env.MAILBOX_URL!, email);
const eventsOf = (orderId: string) =>
  shop.services.db.rows<{ type: string; actor: string }>(
    `select type, actor from order_events where order_id = $1 and type in ('address_corrected', 'email_changed') order by id`,
    [orderId],
  );

describe('an order awaiting payment', () => {
  it('is changed by its buyer, once per difference, and then ships and writes to the new addresses', async () => {
    const { buyer, begun } = await openOrder(shop);
    const { id, email: mistyped } = begun.order;
    const change = { shipping_address: { ...ADDRESS, street: '2 Compiler Road' }, email: newEmail() };
    for (let times = 0; times < 2; times++) {
      const changed = await buyer.call('PATCH', `/orders/${id}`, change);
      expect([changed.status, changed.body.shipping_address, changed.body.email, changed.body.status]).toEqual([
        200,
        change.shipping_address,
        change.email,
        'pending',
      ]);
    }
    expect(await eventsOf(id)).toEqual([
      { type: 'address_corrected', actor: 'guest' },
      { type: 'email_changed', actor: 'guest' },
    ]);
    // Changing it back is another change.
    const back = await buyer.call('PATCH', `/orders/${id}`, { shipping_address: ADDRESS });
    expect([back.body.shipping_address, back.body.email]).toEqual([ADDRESS, change.email]);

    await buyer.pay(begun);
    await buyer.untilStatus(id, 'paid');
    await until(async () => (await mails(change.email)).length === 1, 'the confirmation');
    // The previous address may be a stranger's.
    expect(await mails(mistyped)).toEqual([]);
    const late = await buyer.call('PATCH', `/orders/${id}`, { shipping_address: change.shipping_address });
    expect([late.status, late.body.code, late.body.detail]).toEqual([
      409,
      'conflict',
      'The order is paid, so its address can no longer be changed here. Contact our support team.',
    ]);
  });

  it('is not changed by others, or to something invalid', async () => {
    const { orderId, buyer } = await openOrder(shop);
    const before = (await buyer.call('GET', `/orders/${orderId}`)).body;
    const stranger = await signedIn(shop);
    expect((await stranger.call('PATCH', `/orders/${orderId}`, { email: newEmail() })).status).toBe(404);
    for (const [body, path] of [
      [{}, ''],
      [{ email: 'nobody' }, 'email'],
      [{ shipping_address: { ...ADDRESS, postal_code: '2220' } }, 'shipping_address.postal_code'],
      [{ status: 'paid' }, ''],
    ] as const) {
      const refused = await buyer.call('PATCH', `/orders/${orderId}`, body);
      expect([refused.status, refused.body.errors?.[0]?.path]).toEqual([400, path]);
    }
    expect((await buyer.call('GET', `/orders/${orderId}`)).body).toEqual(before);
  });

  it('records whoever sends a forged proof in the Temporal UI as unverified staff', async () => {
    const { orderId } = await openOrder(shop);
    const email = newEmail();
    await new Desk(shop.services).order(orderId, 'changeEmail', { requestedBy: 'guest', proof: 'forged', email });
    expect(await eventsOf(orderId)).toEqual([{ type: 'email_changed', actor: 'ui:guest' }]);
    await until(async () => (await mails(email)).length === 1, 'the email to the new address');
  });
});

describe('the stream of several orders', () => {
  it('reports the changes of each, and leaves out orders of others', async () => {
    const buyer = new Shopper(shop.api.url);
    const first = await buyer.order((await createProduct(shop.services)).id);
    await buyer.pay(first);
    await buyer.untilStatus(first.order.id, 'paid');
    const second = await buyer.order((await createProduct(shop.services)).id);
    const { orderId: foreign } = await openOrder(shop);
    const ids = [first.order.id, second.order.id, foreign];
    const stream = await streamOf(buyer, ids);
    expect([stream.status, stream.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    const seen: [string, string][] = [];
    const reading = (async () => {
      const decoder = new TextDecoder();
      for await (const chunk of stream.body!) {
        for (const [, data] of decoder.decode(chunk as Uint8Array).matchAll(/^data: (.*)$/gm)) {
          const { id, status } = JSON.parse(data!);
          seen.push([id, status]);
        }
        if (seen.some(([id, status]) => id === second.order.id && status === 'paid')) return;
      }
    })();
    await until(async () => seen.length === 2, 'both orders');
    await buyer.pay(second);
    await reading;
    expect(seen.slice(0, 2).sort()).toEqual(
      [
        [first.order.id, 'paid'],
        [second.order.id, 'pending'],
      ].sort(),
    );
    expect(seen.slice(2)).toEqual([[second.order.id, 'paid']]);
  });

  it('does not exist without an order that the caller can see', async () => {
    const { orderId } = await openOrder(shop);
    const stranger = new Shopper(shop.api.url);
    expect((await streamOf(stranger, [orderId])).status).toBe(404);
    expect((await streamOf(stranger, [])).status).toBe(400);
    expect((await streamOf(stranger, ['not-a-uuid'])).status).toBe(400);
    expect(
      (
        await streamOf(
          stranger,
          Array.from({ length: 31 }, () => randomUUID()),
        )
      ).status,
    ).toBe(400);
  });
});

function streamOf(buyer: Shopper, ids: readonly string[]): Promise<Response> {
  const query = new URLSearchParams(ids.map((id): [string, string] => ['id', id]));
  return fetch(`${shop.api.url}/api/orders/events?${query}`, {
    headers: { 'x-cart-id': buyer.cartId, 'x-forwarded-for': buyer.address },
  });
}
