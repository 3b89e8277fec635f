/** Actions of staff, through the API or the support desk: create products, ship, refund, approve. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Session } from '../../../api/contracts/accounts.ts';
import type { Category, Product } from '../../../api/contracts/catalog.ts';
import type { Refund } from '../../../api/contracts/refunds.ts';
import { readSome } from '../../../infra/config.ts';
import { connectTemporal } from '../../../infra/temporal/client.ts';
import { stack } from './stack.ts';

const tokens = new Map<string, Promise<string>>();

async function call<Result>(
  method: string,
  path: string,
  body?: unknown,
  bearer?: string,
  headers: Record<string, string> = {},
): Promise<Result> {
  const response = await fetch(`${stack.apiUrl}/api${path}`, {
    method,
    headers: {
      ...headers,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(bearer && { authorization: `Bearer ${bearer}` }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Result;
}

function tokenOf(account: { email: string; password: string }): Promise<string> {
  const { email, password } = account;
  const known = tokens.get(email);
  if (known) return known;
  const token = call<Session>('POST', '/auth/login', { email, password }).then((session) => session.access_token);
  tokens.set(email, token);
  return token;
}

/** ID of an account, by which support finds its orders. */
export async function userIdOf(account: { email: string; password: string }): Promise<string> {
  return (await call<Session>('POST', '/auth/login', account)).user.id;
}

export async function categories(): Promise<Category[]> {
  return (await call<{ items: Category[] }>('GET', '/categories')).items;
}

/** Plain names, because the handbook's pictures show them. */
const PRODUCT_NAMES = ['Harbor Lantern', 'Brass Compass', 'Signal Flag', 'Oak Barometer'] as const;
let created = 0;

function nextName(): string {
  created += 1;
  return PRODUCT_NAMES[created % PRODUCT_NAMES.length]!;
}

/** For tests that look for a product by its name among others. */
export const uniqueName = (): string => `Harbor Lantern ${mark()}`;

const mark = (): string => randomUUID().slice(0, 6).toUpperCase();

/** Products with such an SKU were created by tests. */
const TEST_SKU_PREFIX = 'SHIP-';

/** Creates a product with a unique SKU, so that no other test uses it. */
export async function newProduct({ stock = 20, price = 24.5, name = nextName(), sku = '' } = {}): Promise<Product> {
  const [category] = await categories();
  if (!category) throw new Error('The shop under test has no categories: was it seeded?');
  const body = {
    sku: sku || `${TEST_SKU_PREFIX}${mark()}`,
    name,
    description: `${name}, made by hand.`,
    price,
    stock_quantity: stock,
    category_id: category.id,
  };
  return call<Product>('POST', '/products', body, await tokenOf(stack.admin));
}

/** Changes a product, as a merchant does while shoppers look at it. */
export async function changeProduct({ id }: Product, change: object): Promise<Product> {
  const key = { 'idempotency-key': randomUUID() };
  return call<Product>('PATCH', `/products/${id}`, change, await tokenOf(stack.admin), key);
}

/** Units of a product that are currently available. */
export async function available(productId: string): Promise<number> {
  return (await call<Product>('GET', `/products/${productId}`)).available_quantity;
}

/** A product in stock from the seeded catalog. */
export async function seededProduct(): Promise<Product> {
  const { items } = await call<{ items: Product[] }>('GET', '/products?sort=price_asc&limit=50');
  const found = items.find((item) => item.in_stock && !item.sku.startsWith(TEST_SKU_PREFIX));
  if (!found) throw new Error('The shop under test has nothing in stock: was it seeded?');
  return call<Product>('GET', `/products/${found.id}`);
}

/** A product of the seeded catalog that comes in several variants. */
export async function productWithVariants(): Promise<Product> {
  const { items } = await call<{ items: Product[] }>('GET', '/products?sort=price_asc&limit=50');
  for (const { id } of items) {
    const product = await call<Product>('GET', `/products/${id}`);
    if (product.variants.length > 1) return product;
  }
  throw new Error('No product of the shop under test has variants: was it seeded?');
}

/** @param price in major units of the currency */
export async function changePrice(productId: string, price: number): Promise<void> {
  await call('PATCH', `/products/${productId}`, { price }, await tokenOf(stack.admin));
}

/** Adds one unit of each of the first products in stock to a guest's cart. */
export async function addEverything(cartId: string, products: number): Promise<void> {
  const { items } = await call<{ items: Product[] }>('GET', '/products?sort=price_asc&limit=100');
  const inStock = items.filter((item) => item.in_stock && !item.sku.startsWith(TEST_SKU_PREFIX)).slice(0, products);
  for (const { id } of inStock)
    await call('POST', '/cart/items', { product_id: id, quantity: 1 }, undefined, { 'x-cart-id': cartId });
}

/** Makes a partial refund as support. @param amount in major units of the order's currency */
export async function refund(orderId: string, amount: number, reason: string): Promise<void> {
  await call('POST', `/orders/${orderId}/refunds`, { amount, reason }, await tokenOf(stack.support));
}

/** Requests a refund of everything that remains, as signed-in support. @param key the request ID */
export async function refundAll(orderId: string, key: string, reason: string): Promise<void> {
  const body = { all: true, reason };
  await call('POST', `/orders/${orderId}/refunds`, body, await tokenOf(stack.support), { 'idempotency-key': key });
}

/** Approves or rejects the order's refund or cancellation that awaits a support lead's approval. */
export async function decide(orderId: string, decision: 'approve' | 'reject', reason: string): Promise<void> {
  const token = await tokenOf(stack.supportLead);
  const { items } = await call<{ items: Refund[] }>('GET', '/refunds?status=awaiting_approval', undefined, token);
  for (const { id } of items.filter((refund) => refund.order_id === orderId))
    await call('POST', `/refunds/${id}/${decision}`, { reason }, token);
}

/** Tries to decide on a refund. @returns the response's status and the reason for a refusal */
export async function tryToDecide(
  account: { email: string; password: string },
  refundId: string,
  decision: 'approve' | 'reject',
  reason: string,
): Promise<{ status: number; detail?: string }> {
  const response = await fetch(`${stack.apiUrl}/api/refunds/${refundId}/${decision}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await tokenOf(account)}` },
    body: JSON.stringify({ reason }),
  });
  const { detail } = (await response.json()) as { detail?: string };
  return { status: response.status, detail };
}

/** Sends an update to a workflow, as staff do in the Temporal UI. */
async function sendUpdate(workflowId: string, update: string, request: object): Promise<void> {
  const settings = readSome(['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'PAYLOAD_KEYS']);
  const { client, connection } = await connectTemporal(settings);
  try {
    const fullRequest = { requestId: randomUUID(), requestedBy: 'Tess of the tests', ...request };
    await client.workflow.getHandle(workflowId).executeUpdate(update, { args: [fullRequest] });
  } finally {
    await connection.close();
  }
}

const orderWorkflow = (orderId: string): string => `order-${orderId}`;

/** @param lines units of one parcel; default: everything that remains */
export function markShipped(
  orderId: string,
  carrier: string,
  trackingNumber: string,
  lines?: { product: string; quantity: number }[],
): Promise<void> {
  return sendUpdate(orderWorkflow(orderId), 'markShipped', { carrier, trackingNumber, ...(lines && { lines }) });
}

export function markDelivered(orderId: string): Promise<void> {
  return sendUpdate(orderWorkflow(orderId), 'markDelivered', {});
}

/** Moves a delivery into the past. @returns the new delivery time */
export async function deliveredDaysAgo(orderId: string, days: number): Promise<Date> {
  const client = new pg.Client({ connectionString: readSome(['POSTGRES_URL']).POSTGRES_URL });
  await client.connect();
  try {
    const { rows } = await client.query<{ delivered_at: Date }>(
      'update orders set delivered_at = now() - make_interval(days => $2) where id = $1 returning delivered_at',
      [orderId, days],
    );
    return rows[0]!.delivered_at;
  } finally {
    await client.end();
  }
}

export function putUnderReview(orderId: string): Promise<void> {
  return sendUpdate(orderWorkflow(orderId), 'putUnderReview', { reason: 'Two addresses' });
}

/** Extends the reservation of an unpaid order. */
export function extendOrderReservation(orderId: string, minutes: number): Promise<void> {
  return sendUpdate(orderWorkflow(orderId), 'extendReservation', { minutes, reason: 'Looks for the card' });
}

/** Extends a reservation at checkout, before an order exists. */
export function extendReservation(reservationId: string, minutes: number): Promise<void> {
  return sendUpdate(`reservation-${reservationId}`, 'extendReservation', { minutes, reason: 'Types slowly' });
}

/** Marks the items of all open returns of an order as received. */
export async function receiveReturns(orderId: string): Promise<void> {
  const token = await tokenOf(stack.support);
  const { items } = await call<{ items: Refund[] }>('GET', `/orders/${orderId}/refunds`, undefined, token);
  for (const { workflow_url } of items.filter((refund) => refund.status === 'awaiting_return')) {
    const workflowId = decodeURIComponent(workflow_url!.split('/').at(-1)!);
    await sendUpdate(workflowId, 'returnReceived', { restock: true, reason: 'Parcel is here' });
  }
}
