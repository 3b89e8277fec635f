/**
 * Access control: calls every documented operation of the API as every kind of caller. The expected status follows from the documented
 * access; tests/support/route-requests.ts lists who can access an order or a reservation, and a valid request for each operation.
 */
import { randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isStaff, type Role } from '../domain/roles.ts';
import { signedIn } from './support/accounts.ts';
import { type DocumentedOperation, documentedOperations, fillIn, watchRouters } from './support/operations.ts';
import { CALLERS, type Caller, ROUTE_REQUESTS, type RouteRequest } from './support/route-requests.ts';
import { Shopper, startTestShop, type TestShop, until } from './support/shop.ts';

/** A caller: an account identified only by its token, or a guest identified only by the cart. */
interface Sender {
  address: string;
  token?: string;
  cartId?: string;
}
type Senders = Readonly<Record<Caller, Sender>>;

/** Product images, which are public and not part of the documented API. */
const PICTURES = ['GET /media/categories/{file}', 'GET /media/products/{file}'];

let shop: TestShop;
let registered: string[];
let senders: Senders;

beforeAll(async () => {
  const registeredSince = watchRouters();
  shop = await startTestShop({
    RATE_LIMIT_ENABLED: false,
    CODEC_REQUIRE_SIGN_IN: true,
    CODEC_OIDC_ISSUER: undefined,
    TEMPORAL_UI_URL: 'http://127.0.0.1:8233',
  });
  registered = registeredSince();
  const account = async (role: Role) => asAccount(await signedIn(shop, role));
  senders = {
    anonymous: { address: '10.1.2.3' },
    guest: asGuest(new Shopper(shop.api.url)),
    customer: await account('customer'),
    other_customer: await account('customer'),
    support: await account('support'),
    support_lead: await account('support_lead'),
    admin: await account('admin'),
  };
  const guest = new Shopper(shop.api.url);
  await until(async () => (await guest.call('GET', '/ready')).status === 200, 'the API to be ready');
});
afterAll(() => shop?.stop());

const asAccount = ({ address, token }: Shopper): Sender => ({ address, token });
const asGuest = ({ address, cartId }: Shopper): Sender => ({ address, cartId });

async function statusOf(
  { address, token, cartId }: Sender,
  { method, path }: DocumentedOperation,
  request: RouteRequest,
): Promise<number> {
  const body = await request.body?.();
  const answer = await fetch(`${shop.api.url}${fillIn(path, request.params ?? {})}${request.query ?? ''}`, {
    method,
    redirect: 'manual',
    headers: {
      'x-forwarded-for': address,
      ...(token && { authorization: `Bearer ${token}` }),
      ...(cartId && { 'x-cart-id': cartId }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...request.headers?.(),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  // An order's event stream stays open until the client closes it.
  await answer.body?.cancel();
  return answer.status;
}

function expectedStatus(
  { access, success }: DocumentedOperation,
  { reachedBy, answer = success, answers }: RouteRequest,
  caller: Caller,
  owner: Caller,
): number {
  const isAccount = caller !== 'anonymous' && caller !== 'guest';
  const allowed = answers?.[caller] ?? answer;
  if (reachedBy) {
    const reaches = caller === owner || (reachedBy === 'its owner and staff' && isStaff(caller as Role));
    return reaches ? allowed : 404;
  }
  if (access === 'anyone') return allowed;
  if (access === 'owner') return caller === 'anonymous' ? 401 : allowed;
  if (!isAccount) return 401;
  return access === 'account' || access.includes(caller as Role) ? allowed : 403;
}

async function expectAccess(operation: DocumentedOperation, owner: 'guest' | 'customer'): Promise<RouteRequest> {
  const person = owner === 'guest' ? new Shopper(shop.api.url) : await signedIn(shop);
  const request = await ROUTE_REQUESTS[operation.name]!({ shop, owner: person });
  const everyone = { ...senders, [owner]: owner === 'guest' ? asGuest(person) : asAccount(person) };
  const expected = new Map(CALLERS.map((caller) => [caller, expectedStatus(operation, request, caller, owner)]));
  const isRefused = (caller: Caller) => [401, 403, 404].includes(expected.get(caller)!);
  const seen = new Map<Caller, number>();
  const callAs = async (callers: Caller[]) => {
    for (const caller of callers) seen.set(caller, await statusOf(everyone[caller], operation, request));
  };
  const before = await request.state?.();
  await callAs(CALLERS.filter(isRefused));
  expect(await request.state?.()).toEqual(before);
  await callAs(CALLERS.filter((caller) => !isRefused(caller)));
  expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(expected));
  // 429 is documented for every operation, and not tested here.
  expect(operation.statuses).toEqual(expect.arrayContaining([...new Set(seen.values())]));
  return request;
}

describe('the operations of the API', () => {
  const documented = documentedOperations.map(({ name }) => name);

  it('match the documentation', () => {
    expect(registered.sort()).toEqual([...documented, ...PICTURES].sort());
  });

  it('each have a request that is tested with every caller', () => {
    expect(Object.keys(ROUTE_REQUESTS).sort()).toEqual([...documented].sort());
  });
});

describe('access', () => {
  it.each(documentedOperations)('to $name is as documented', async (operation) => {
    const request = await expectAccess(operation, 'guest');
    if (request.reachedBy) await expectAccess(operation, 'customer');
  });

  const withRoles = documentedOperations.filter(({ access }) => Array.isArray(access));
  it.each(withRoles)('to $name is refused because of the role, whatever the request contains', async (operation) => {
    const { access } = operation;
    const refused = (['customer', 'support', 'support_lead', 'admin'] as const).filter(
      (role) => !access.includes(role),
    );
    // A nonexistent ID and no body, so that any later check would respond with another status.
    const request = { params: { id: randomUUID(), name: 'nothing' } };
    const statuses = await Promise.all(refused.map((role) => statusOf(senders[role], operation, request)));
    expect(statuses).toEqual(refused.map(() => 403));
  });

  it('to images is open to everyone', async () => {
    const answer = await fetch(`${shop.api.url}/media/categories/kitchen.svg`);
    await answer.arrayBuffer();
    expect(answer.status).toBe(200);
  });

  const withAccess = documentedOperations.filter(({ access }) => access !== 'anyone');
  it.each(withAccess)('to $name is refused with a foreign or expired token', async (operation) => {
    const claims = { userId: randomUUID(), role: 'admin', sessionId: randomUUID() };
    const { JWT_SECRET, REFRESH_SECRET } = shop.services.settings;
    const tokens = [
      jwt.sign(claims, REFRESH_SECRET, { expiresIn: 60 }),
      jwt.sign(claims, JWT_SECRET, { expiresIn: -1 }),
      jwt.sign({ ...claims, role: 'owner' }, JWT_SECRET, { expiresIn: 60 }),
    ];
    const request = { params: { id: randomUUID() } };
    // Includes operations for which a cart suffices.
    const statuses = await Promise.all(
      tokens.map((token) => statusOf({ ...senders.guest, token }, operation, request)),
    );
    expect(statuses).toEqual([401, 401, 401]);
  });
});

describe('an order', () => {
  it('of a guest is accessible with its cart’s ID, signed in or not; one of an account is not', async () => {
    const orders = documentedOperations.find(({ name }) => name === 'GET /api/orders/{id}')!;
    const guest = new Shopper(shop.api.url);
    const customer = await signedIn(shop);
    const ofGuest = await ROUTE_REQUESTS[orders.name]!({ shop, owner: guest });
    const ofCustomer = await ROUTE_REQUESTS[orders.name]!({ shop, owner: customer });
    const signedInSince = { ...senders.other_customer, cartId: guest.cartId };
    expect(await statusOf(signedInSince, orders, ofGuest)).toBe(200);
    expect(await statusOf(asGuest(customer), orders, ofCustomer)).toBe(404);
    expect(await statusOf({ ...senders.other_customer, cartId: customer.cartId }, orders, ofCustomer)).toBe(404);
  });
});
