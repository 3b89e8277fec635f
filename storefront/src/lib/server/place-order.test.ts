import { describe, expect, it } from 'vitest';
import type { Order } from '#lib/contracts.ts';
import { anOrder } from '#lib/testing.ts';
import type { Api } from './api.ts';
import { addressRefusal, changeOrder, placeOrder } from './place-order.ts';
import { ApiProblem } from './problem.ts';
import type { AddressValues } from './shipping.ts';

const ADDRESS = { name: 'Ada', street: '1 Mill Road', city: 'Salem', postal_code: '97301', country: 'US' };
const shipping = { address: ADDRESS, email: 'ada@example.com' };

function apiWith(order: Order) {
  const sent: unknown[] = [];
  const post = async (path: string, body: unknown, options: unknown) => {
    sent.push(['POST', path, body, options]);
    return { order };
  };
  const patch = async (path: string, body: unknown) => {
    sent.push(['PATCH', path, body]);
    return { ...order, shipping_address: ADDRESS };
  };
  return { api: { post, patch } as unknown as Api, sent };
}
const placed = (changes: Partial<Order> = {}) =>
  anOrder({ status: 'pending', shipping_address: ADDRESS, email: 'ada@example.com', ...changes });

describe('placing an order', () => {
  it('sends the reservation, the address, and the key once', async () => {
    const order = placed();
    const { api, sent } = apiWith(order);
    expect(await placeOrder(api, 'reservation', shipping, 'key')).toBe(order);
    const body = { reservation_id: 'reservation', shipping_address: ADDRESS, email: 'ada@example.com' };
    expect(sent).toEqual([['POST', '/checkouts', body, { idempotencyKey: 'key' }]]);
  });

  it.each([
    ['address', { shipping_address: { ...ADDRESS, street: '2 Mill Road' } }],
    ['second line', { shipping_address: { ...ADDRESS, street2: 'Apt 4' } }],
    ['email', { email: 'mistyped@example.com' }],
  ])('gives an order that exists with another %s what was entered now', async (_what, changes) => {
    const { api, sent } = apiWith(placed(changes));
    expect((await placeOrder(api, 'reservation', shipping, 'key')).shipping_address).toBe(ADDRESS);
    const body = { shipping_address: ADDRESS, email: 'ada@example.com' };
    expect(sent[1]).toEqual(['PATCH', `/orders/${placed().id}`, body]);
  });

  it('leaves an order alone that is paid, or whose shopper uses the email of the account', async () => {
    const paid = apiWith(placed({ status: 'paid', email: 'other@example.com' }));
    await placeOrder(paid.api, 'reservation', shipping, 'key');
    const account = apiWith(placed());
    await placeOrder(account.api, 'reservation', { address: ADDRESS, email: undefined }, 'key');
    expect([paid.sent.length, account.sent.length]).toEqual([1, 1]);
  });

  it('changes an order by its ID', async () => {
    const { api, sent } = apiWith(placed());
    await changeOrder(api, 'a/b', shipping);
    expect(sent).toEqual([['PATCH', '/orders/a%2Fb', { shipping_address: ADDRESS, email: 'ada@example.com' }]]);
  });
});

describe('a refused address', () => {
  const values = { city: 'Salem' } as AddressValues;
  const problem = (more: object) =>
    new ApiProblem({ type: 'x', title: 'x', status: 400, code: 'invalid_request', detail: 'Not valid.', ...more });

  it('shows the errors of its fields, or else the message', () => {
    const errors = [{ path: 'shipping_address.city', message: 'is too long' }];
    expect(addressRefusal(problem({ errors }), values)).toEqual({
      values,
      errors: { city: 'is too long' },
      message: undefined,
    });
    expect(addressRefusal(problem({}), values)).toEqual({ values, errors: {}, message: 'Not valid.' });
  });

  it('is not made of other errors', () => {
    expect(() => addressRefusal(new Error('bug'), values)).toThrow('bug');
  });
});
