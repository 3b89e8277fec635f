/** Failed sign-ins are limited by account and by address, before the password is checked, without locking out the owner. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD, signedIn } from '../../tests/support/accounts.ts';
import { Shopper, startTestShop, type TestShop } from '../../tests/support/shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop({
    RATE_LIMIT_ENABLED: true,
    RATE_LIMIT_API: 1_000,
    RATE_LIMIT_API_PER_ADDRESS: 10_000,
    RATE_LIMIT_AUTH: 5,
    RATE_LIMIT_AUTH_PER_ADDRESS: 12,
    RATE_LIMIT_AUTH_PER_ACCOUNT: 8,
  });
});
afterAll(() => shop?.stop());

/** Signs in from an address. @returns the status */
async function signIn(email: string, password: string, address?: string): Promise<number> {
  const from = new Shopper(shop.api.url, address);
  return (await from.call('POST', '/auth/login', { email, password })).status;
}
const newAddress = () => new Shopper(shop.api.url).address;

describe('sign-in attempts', () => {
  it('at the same time get no more than the limit, even if one has the right password', async () => {
    const { email } = await signedIn(shop);
    const address = newAddress();
    const statuses = await Promise.all(Array.from({ length: 60 }, () => signIn(email, 'wrong', address)));
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(55);
    expect(await signIn(email, PASSWORD, address)).toBe(429);
  });

  it('that succeed at the same time are all accepted', async () => {
    const { email } = await signedIn(shop);
    const address = newAddress();
    for (let times = 0; times < 4; times += 1)
      expect(await Promise.all([1, 2, 3].map(() => signIn(email, PASSWORD, address)))).toEqual([200, 200, 200]);
  });

  it('from one address to many accounts are limited', async () => {
    const address = newAddress();
    const statuses = [];
    for (let times = 0; times < 13; times += 1)
      statuses.push(await signIn(`${randomUUID()}@example.test`, 'wrong', address));
    expect(statuses).toEqual([...Array<number>(12).fill(401), 429]);
  });

  it('from all addresses of a /64, in any spelling, count as one', async () => {
    const { email } = await signedIn(shop);
    const network = `2001:db8:${randomUUID().slice(0, 4)}:1`;
    const spelled = [`${network}::1`, `${network}:0:0:0:2`, `${network.toUpperCase()}::3`, `${network}:ffff::4`];
    const statuses = [];
    for (const address of [...spelled, ...spelled]) statuses.push(await signIn(email, 'wrong', address));
    expect(statuses).toEqual([...Array<number>(5).fill(401), 429, 429, 429]);
  });

  it('to one account from many addresses are limited, but not for an address that has signed in to it', async () => {
    const { email } = await signedIn(shop);
    const home = newAddress();
    expect(await signIn(email, PASSWORD, home)).toBe(200);
    const statuses = [];
    for (let times = 0; times < 10; times += 1) statuses.push(await signIn(email.toUpperCase(), 'wrong', newAddress()));
    expect(statuses).toEqual([...Array<number>(8).fill(401), 429, 429]);
    expect(await signIn(email, PASSWORD, newAddress())).toBe(429);
    expect(await signIn(email, PASSWORD, home)).toBe(200);
  });

  it('do not include malformed requests, taken addresses, refreshes, or other people’s', async () => {
    const { email } = await signedIn(shop);
    const neighbor = await signedIn(shop);
    const address = newAddress();
    const from = new Shopper(shop.api.url, address);
    const post = async (path: string, body: unknown) => (await from.call('POST', path, body)).status;
    for (let times = 0; times < 15; times += 1) {
      expect(await post('/auth/login', { email })).toBe(400);
      expect(await post('/auth/register', { email: `${randomUUID()}@example.test`, password: 'short' })).toBe(400);
      expect(await post('/auth/register', { email, password: PASSWORD })).toBe(409);
      expect(await post('/auth/refresh', { refresh_token: 'none' })).toBe(401);
    }
    for (let times = 0; times < 6; times += 1) await signIn(email, 'wrong', address);
    expect(await signIn(email, PASSWORD, address)).toBe(429);
    expect(await signIn(neighbor.email, PASSWORD, address)).toBe(200);
  });

  it('are counted under a hash: no email address is in Redis', async () => {
    const email = `${randomUUID()}@example.test`;
    await signIn(email, 'wrong');
    expect(await shop.services.redis.keys(`*${email}*`)).toEqual([]);
  });
});
