/** What the shop's staff do for the tests, by its own API: put products into it, give money back. */
import { randomUUID } from 'node:crypto';
import type { Session } from '../../../api/contracts/accounts.ts';
import type { Category, Product } from '../../../api/contracts/catalog.ts';
import { stack } from './stack.ts';

const tokens = new Map<string, Promise<string>>();

async function call<Result>(method: string, path: string, body?: unknown, bearer?: string): Promise<Result> {
  const response = await fetch(`${stack.apiUrl}/api${path}`, {
    method,
    headers: {
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

export async function categories(): Promise<Category[]> {
  return (await call<{ items: Category[] }>('GET', '/categories')).items;
}

/** A product of its own name, so that no other test meets it. */
export async function newProduct({ stock = 20, price = 24.5 } = {}): Promise<Product> {
  const [category] = await categories();
  if (!category) throw new Error('The shop under test has no categories: was it seeded?');
  const mark = randomUUID().slice(0, 8).toUpperCase();
  const body = {
    sku: `E2E-${mark}`,
    name: `Harbor Lantern ${mark}`,
    description: 'A lantern for tests.',
    price,
    stock_quantity: stock,
    category_id: category.id,
  };
  return call<Product>('POST', '/products', body, await tokenOf(stack.admin));
}

/** What can be bought of a product right now. */
export async function available(productId: string): Promise<number> {
  return (await call<Product>('GET', `/products/${productId}`)).available_quantity;
}

/** Any product of the seeded catalogue that is in stock. */
export async function seededProduct(): Promise<Product> {
  const { items } = await call<{ items: Product[] }>('GET', '/products?sort=price_asc&limit=50');
  const found = items.find((item) => item.in_stock && !item.sku.startsWith('E2E-'));
  if (!found) throw new Error('The shop under test has nothing in stock: was it seeded?');
  return call<Product>('GET', `/products/${found.id}`);
}

/** Gives part of an order's money back, as support does. @param amount in the order's currency */
export async function refund(orderId: string, amount: number, reason: string): Promise<void> {
  await call('POST', `/orders/${orderId}/refunds`, { amount, reason }, await tokenOf(stack.support));
}
