/** Changes of one import batch to existing products, in a separate database. */
import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../infra/postgres/database.ts';
import { connectPostgres, type Postgres } from '../../../infra/postgres/orm.ts';
import { type ImportRow, readRow } from './import-row.ts';
import { importBatch } from './import-writer.ts';

const name = `import_${randomBytes(6).toString('hex')}`;
let postgres: Postgres;
let db: Database;

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: process.env.POSTGRES_URL });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

beforeAll(async () => {
  await administer(`create database ${name}`);
  const { href } = Object.assign(new URL(process.env.POSTGRES_URL!), { pathname: `/${name}` });
  postgres = await connectPostgres({ POSTGRES_URL: href, POSTGRES_POOL_MAX: 2 });
  await postgres.orm.migrator.up();
  db = postgres.db;
});
afterAll(async () => {
  await postgres?.close();
  await administer(`drop database if exists ${name} with (force)`);
});

/** Imports rows in the format of a file. @throws when a row is invalid */
async function write(...records: Record<string, unknown>[]) {
  const rows = records.map((record, index) => readRow(record, index + 1, 'usd'));
  for (const row of rows) if ('reason' in row) throw new Error(row.reason);
  const { made, changed, unchanged, bad } = await importBatch(db, rows as ImportRow[], false);
  return { made, changed, unchanged, bad: bad.map(({ reason }) => reason) };
}
const MADE = { made: 1, changed: 0, unchanged: 0, bad: [] };
const CHANGED = { made: 0, changed: 1, unchanged: 0, bad: [] };
const UNCHANGED = { made: 0, changed: 0, unchanged: 1, bad: [] };

const newSku = () => `SKU-${randomUUID().slice(0, 13)}`;
const product = async (sku: string) =>
  (await db.row<Record<string, unknown>>(
    `select p.name, p.description, p.price, p.currency, p.stock_quantity, p.image_url, p.tags, p.option_values, p.is_family_lead,
       category.name as category, family.name as family
     from products p left join categories category on category.id = p.category_id
       left join product_families family on family.id = p.family_id where sku = $1`,
    [sku],
  ))!;
/** The products that lists show. */
const leads = async (...skus: string[]) => Promise.all(skus.map(async (sku) => (await product(sku)).is_family_lead));

describe('an existing product', () => {
  const full = (sku: string) => ({
    sku,
    name: 'Mug',
    description: 'For tea.',
    category: 'Tableware',
    price: 12.5,
    stock_quantity: 3,
    image_url: '/mug.png',
    tags: ['tea'],
    family: `Mugs ${sku}`,
    options: { color: 'Sage' },
  });

  it.each<[Record<string, unknown>, Record<string, unknown>]>([
    [{ name: 'Cup' }, { name: 'Cup' }],
    [{ description: 'For coffee.' }, { description: 'For coffee.' }],
    [{ category: 'Kitchen' }, { category: 'Kitchen' }],
    [{ price: 13 }, { price: '13.000' }],
    [
      { price: 1200, currency: 'jpy' },
      { price: '1200.000', currency: 'jpy' },
    ],
    // The same number in another currency is a different price.
    [{ price: 12.5, currency: 'eur' }, { currency: 'eur' }],
    [{ stock_quantity: 5, stock_version: 1 }, { stock_quantity: 5 }],
    [{ stock_delta: 2, stock_reference: 'D-1' }, { stock_quantity: 5 }],
    [{ image_url: '/cup.png' }, { image_url: '/cup.png' }],
    [{ tags: ['coffee'] }, { tags: ['coffee'] }],
    [{ family: 'Other cups' }, { family: 'Other cups' }],
    [{ options: { color: 'Red' } }, { option_values: { color: 'Red' } }],
  ])('is changed only by %j, and only once', async (given, stored) => {
    const sku = newSku();
    expect(await write(full(sku))).toEqual(MADE);
    const before = await product(sku);
    expect(await write({ sku, ...given })).toEqual(CHANGED);
    expect(await product(sku)).toEqual({ ...before, ...stored });
    expect(await write({ sku, ...given })).toEqual(UNCHANGED);
  });

  it('keeps its ID, however it was created', async () => {
    const [sku, id] = [newSku(), randomUUID()];
    await db.run(`insert into products (id, sku, name, price, currency) values ($1, $2, 'Mug', 5, 'usd')`, [id, sku]);
    for (const result of [CHANGED, UNCHANGED])
      expect(await write({ sku, stock_delta: 4, stock_reference: 'D-1' })).toEqual(result);
    expect(await db.rows('select id, stock_quantity from products where sku = $1', [sku])).toEqual([
      { id, stock_quantity: 4 },
    ]);
  });
});

describe('a delivery that was refused', () => {
  it('is applied when the file is imported again', async () => {
    const sku = newSku();
    await write({ sku, name: 'Mug', price: 5, stock_quantity: 10 });
    await db.run('update products set reserved_quantity = 8 where sku = $1', [sku]);
    const went = { sku, stock_delta: -3, stock_reference: 'Broken' };
    expect((await write(went)).bad).toEqual([
      'stock_delta: 8 of the 10 units on hand are reserved; stock can’t be set below that',
    ]);
    await db.run('update products set reserved_quantity = 0 where sku = $1', [sku]);
    expect(await write(went)).toEqual(CHANGED);
    expect(await product(sku)).toMatchObject({ stock_quantity: 7 });
  });
});

describe('a family', () => {
  const member = (sku: string, family: string) => ({ sku, name: 'Mug', price: 5, family });

  it('keeps its lead when another member leaves, which lists then show too', async () => {
    const [first, second] = [newSku(), newSku()].sort() as [string, string];
    const family = `Mugs ${first}`;
    await write(member(first, family), member(second, family));
    expect(await leads(first, second)).toEqual([true, false]);
    await write({ sku: second, family: `Cups ${second}` });
    expect(await leads(first, second)).toEqual([true, true]);
  });

  it('has one lead when the earlier lead is restored', async () => {
    const [before, after] = [newSku(), newSku()];
    const family = `Mugs ${before}`;
    await write(member(before, family));
    await db.run('update products set deleted_at = now() where sku = $1', [before]);
    await write(member(after, family));
    expect((await leads(after))[0]).toBe(true);
    await write({ sku: before });
    expect((await leads(before, after)).sort()).toEqual([false, true]);
  });

  it('has its lead again after all members were deleted', async () => {
    const sku = newSku();
    await write(member(sku, `Mugs ${sku}`));
    await db.run('update products set deleted_at = now() where sku = $1', [sku]);
    await write({ sku });
    expect(await leads(sku)).toEqual([true]);
    const alone = newSku();
    await write({ sku: alone, name: 'Lid', price: 5 });
    await db.run('update products set deleted_at = now() where sku = $1', [alone]);
    await write({ sku: alone });
    expect(await leads(alone)).toEqual([true]);
  });
});

describe('a category', () => {
  it('that is new is placed after the existing ones', async () => {
    const [last, added] = [newSku(), newSku()];
    await db.run('insert into categories (slug, name, position) values ($1, $1, 900)', [last.toLowerCase()]);
    await write({ sku: newSku(), name: 'Mug', price: 5, category: added });
    expect(await db.row('select position from categories where name = $1', [added])).toEqual({ position: 901 });
  });
});
