/** Products for the tests, put into the shop by its own API as an administrator does it. */
import { randomUUID } from 'node:crypto';
import type { Session } from '../../../api/contracts/accounts.ts';
import type { Category, Product } from '../../../api/contracts/catalog.ts';
import { stack } from './stack.ts';

let token: Promise<string> | undefined;

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

function adminToken(): Promise<string> {
  token ??= call<Session>('POST', '/auth/login', stack.admin).then((session) => session.access_token);
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
  return call<Product>('POST', '/products', body, await adminToken());
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
