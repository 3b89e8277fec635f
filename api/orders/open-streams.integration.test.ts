/** Event streams are limited by order and by address, and a closed one frees its place. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createProduct, Shopper, startTestShop, type TestShop, until } from '../../tests/support/shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: true, ORDER_STREAMS_MAX: 3, ORDER_STREAMS_PER_ADDRESS_MAX: 5 });
});
afterAll(() => shop?.stop());

/** Opens a stream. @returns its status, and closes it with `close` */
async function open({ cartId, address }: Shopper, orderId: string): Promise<{ status: number; close: () => void }> {
  const stop = new AbortController();
  const response = await fetch(`${shop.api.url}/api/orders/${orderId}/events`, {
    headers: { 'x-cart-id': cartId, 'x-forwarded-for': address },
    signal: stop.signal,
  });
  return { status: response.status, close: () => stop.abort() };
}

it('limits streams per order and per address', async () => {
  const product = await createProduct(shop.services);
  const address = new Shopper(shop.api.url).address;
  const [ada, ben] = [new Shopper(shop.api.url, address), new Shopper(shop.api.url, address)];
  const [hers, his] = [(await ada.order(product.id)).order.id, (await ben.order(product.id)).order.id];
  const first = await open(ada, hers);
  const others = [await open(ada, hers), await open(ada, hers)];
  expect([first, ...others].map(({ status }) => status)).toEqual([200, 200, 200]);
  expect((await open(ada, hers)).status).toBe(429);
  // One that is refused, or not found, takes no place.
  for (let times = 0; times < 4; times += 1) expect((await open(ben, randomUUID())).status).toBe(404);
  others.push(await open(ben, his), await open(ben, his));
  expect((await open(ben, his)).status).toBe(429);
  first.close();
  await until(async () => {
    const again = await open(ada, hers);
    others.push(again);
    return again.status === 200;
  }, 'a place to become free');
  for (const { close } of others) close();
});
