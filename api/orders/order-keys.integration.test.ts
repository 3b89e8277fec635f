/** Orders opened without their account or cart: with the link in a guest's email, or by number and email address. */
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderKey } from '../../infra/order-links.ts';
import { mailTo } from '../../tests/support/account-mail.ts';
import { signedIn } from '../../tests/support/accounts.ts';
import { Desk } from '../../tests/support/desk.ts';
import { sell } from '../../tests/support/sales.ts';
import { createProduct, Shopper, startTestShop, type TestShop } from '../../tests/support/shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop();
});
afterAll(() => shop?.stop());

const CONFIRMED = /is confirmed/;
const anyone = () => new Shopper(shop.api.url);
const withKey = (key: string) => ({ 'x-order-key': key });
const newAddress = () => `guest-${randomInt(1e12)}@example.test`;

/** A guest's paid order, and the key in the link of its email. */
async function ordered() {
  const [buyer, email] = [anyone(), newAddress()];
  const product = await createProduct(shop.services);
  const reservation = (await buyer.reserve([{ productId: product.id }])).body;
  const { order, payment } = (await buyer.checkout(reservation.id, email)).body;
  await buyer.pay({ payment });
  await buyer.untilStatus(order.id, 'paid');
  const { text } = await mailTo(email, CONFIRMED);
  const [, key = ''] = new RegExp(`/orders/${order.id}/open\\?key=(\\S+)`).exec(text) ?? [];
  const open = (as: string, path = '') => anyone().call('GET', `/orders/${order.id}${path}`, undefined, withKey(as));
  return { buyer, email, order, key, open };
}

describe('the link in a guest’s email', () => {
  it('opens and changes the order on any device, but no other order', async () => {
    const [one, other] = [await ordered(), await ordered()];
    expect((await one.open('')).status).toBe(404);
    expect((await one.open(one.key)).body).toMatchObject({ id: one.order.id, email: one.email });
    expect((await one.open(one.key, '/refunds')).status).toBe(200);
    expect((await other.open(one.key)).status).toBe(404);
    const cancel = await anyone().call('POST', `/orders/${one.order.id}/cancel`, {}, withKey(one.key));
    expect([cancel.status, cancel.body.status]).toEqual([200, 'canceled']);
    expect((await anyone().call('GET', '/orders', undefined, withKey(one.key))).body.items).toEqual([]);
  });

  it('stops working when the guest revokes it, and a later one works', async () => {
    const { buyer, order, key, open } = await ordered();
    const revoke = (person: Shopper, headers = {}) =>
      person.call('DELETE', `/orders/${order.id}/keys`, undefined, headers);
    expect((await revoke(anyone())).status).toBe(404);
    expect((await revoke(buyer)).status).toBe(204);
    expect((await open(key)).status).toBe(404);
    expect((await buyer.call('GET', `/orders/${order.id}`)).status).toBe(200);
    const later = orderKey(shop.services.settings.JWT_SECRET, order.id, { access: 'change', lifeSeconds: 60 });
    expect((await open(later)).status).toBe(200);
    expect((await revoke(anyone(), withKey(later))).status).toBe(204);
    expect((await open(later)).status).toBe(404);
  });

  it('stops working when support changes the email address, and the previous address gets no new one', async () => {
    const { email, order, key, open } = await ordered();
    const next = newAddress();
    expect((await new Desk(shop.services).order(order.id, 'changeEmail', { email: next })).status).toBe('paid');
    expect((await open(key)).status).toBe(404);
    expect((await mailTo(email, /address was changed/)).text).not.toContain('key=');
    expect((await mailTo(next, /address was changed/)).text).toContain('/open?key=');
  });

  it('is not part of a customer’s email, who signs in instead', async () => {
    const ada = await signedIn(shop);
    const { orderId } = await sell(shop, { buyer: ada, lines: [{ price: '5.00', quantity: 1 }] });
    const { email } = (await ada.call('GET', `/orders/${orderId}`)).body;
    const { text } = await mailTo(email, CONFIRMED);
    expect(text).toContain(`/orders/${orderId}`);
    expect(text).not.toContain('key=');
  });
});

describe('an order number with its email address', () => {
  const find = (number: string, email: string, person = anyone()) =>
    person.call('POST', '/orders/find', { number, email });

  it('finds the order for viewing, not for changing', async () => {
    const { email, order, open } = await ordered();
    const number = order.number.replaceAll('-', ' ');
    const found = await find(` ${number}`, ` ${email.toUpperCase()} `);
    expect([found.status, found.body.id]).toEqual([200, order.id]);
    expect((await open(found.body.key)).body.number).toBe(order.number);
    for (const [method, path] of [
      ['POST', 'cancel'],
      ['DELETE', 'keys'],
    ] as const) {
      const body = method === 'POST' ? {} : undefined;
      const refused = await anyone().call(method, `/orders/${order.id}/${path}`, body, withKey(found.body.key));
      expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
    }
  });

  it('finds an order whose address is its account’s', async () => {
    const ada = await signedIn(shop);
    const { orderId } = await sell(shop, { buyer: ada, lines: [{ price: '5.00', quantity: 1 }] });
    await shop.services.db.run('update orders set email = null where id = $1', [orderId]);
    const { number } = (await ada.call('GET', `/orders/${orderId}`)).body;
    expect((await find(number, ada.email)).body.id).toBe(orderId);
  });

  it('gets the same response to a wrong number and a wrong address', async () => {
    const { email, order } = await ordered();
    const wrongNumber = await find(order.number === '999-999-999' ? '999-999-998' : '999-999-999', email);
    const wrongEmail = await find(order.number, newAddress());
    expect([wrongNumber.status, wrongEmail.status]).toEqual([404, 404]);
    expect({ ...wrongNumber.body, request_id: '' }).toEqual({ ...wrongEmail.body, request_id: '' });
    const malformed = await find('12', email);
    expect([malformed.status, malformed.body.errors]).toEqual([
      400,
      [{ path: 'number', message: 'must be an order number, such as 482-913-077' }],
    ]);
  });

  it('can’t be guessed: one address has ten attempts in 15 minutes', async () => {
    const person = anyone();
    const { email, order } = await ordered();
    for (let times = 0; times < 10; times += 1)
      expect((await find(order.number, newAddress(), person)).status).toBe(404);
    const limited = await find(order.number, email, person);
    expect([limited.status, limited.body.code]).toEqual([429, 'rate_limited']);
    expect((await find(order.number, email)).status).toBe(200);
  });
});
