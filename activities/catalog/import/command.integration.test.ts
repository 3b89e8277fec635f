/** Importing a catalog into a real PostgreSQL. */
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { catalogDatabase, type Ended } from '../../../tests/support/catalog-database.ts';
import { productIdOf } from '../catalog-ids.ts';

const catalog = catalogDatabase('activities/catalog/import/command.ts');
const { run, product, count } = catalog;
const folder = mkdtempSync(join(tmpdir(), 'holdfast-catalog-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function importText(extension: string, content: string, ...options: string[]): Promise<Ended> {
  const path = join(folder, `catalog.${extension}`);
  await writeFile(path, content);
  return run([path, ...options]);
}

describe('npm run import', () => {
  const HEADER = 'sku,name,description,category,price,currency,stock_quantity,image_url,tags,family,options';

  it('creates and updates products by SKU, and reports bad rows by line without stopping', async () => {
    await catalog.db.run(`insert into categories (slug, name) values ('tableware', 'Tableware')`);
    const content = `${HEADER}
IMP-1,"Blue cup","Two
lines",Tableware,12.50,usd,40,,gift|cup,Imported cup,color=Blue
IMP-2,Red cup,,tableware,13,,40,https://pictures.example.test/red.png,gift,Imported cup,color=Red
IMP-3,No price,,Tableware,,,4,,,,
IMP-4,Bad price,,Tableware,12.345,,4,,,,
IMP-1,Again,,Tableware,3,,1,,,,
IMP-5,too few fields
IMP-6,Lamp,,Gifts & More,99.99,,5,,,,
`;
    const imported = await importText('csv', content);
    expect(imported.code).toBe(1);
    expect(imported.errors.trim().split('\n').sort()).toEqual([
      'line 5: sku IMP-3 is new and needs a price',
      'line 6: price: must be a number such as 19.99, with at most 2 decimals in USD (it is 12.345)',
      'line 7: sku IMP-1 is already on line 2',
      'line 8: has 2 fields, but the header has 11',
    ]);
    expect(imported.output).toContain('7 rows read: 3 new, 0 changed, 0 unchanged, 4 bad');
    expect(imported.output).toContain('New categories: Gifts & More.');
    const [first, second] = [await product('IMP-1'), await product('IMP-2')];
    expect(first).toMatchObject({
      id: productIdOf('IMP-1'),
      description: 'Two\nlines',
      price: '12.500',
      category: 'tableware',
      image_url: '/media/products/IMP-1.svg',
      is_family_lead: true,
      option_values: { color: 'Blue' },
      tags: ['gift', 'cup'],
    });
    expect(second).toMatchObject({ family_id: first!.family_id, is_family_lead: false, currency: 'usd' });
    const family = await catalog.db.row<{ name: string; option_names: string[] }>(
      'select * from product_families where id = $1',
      [first!.family_id],
    );
    expect(family).toMatchObject({ name: 'Imported cup', option_names: ['color'] });
    expect(await product('IMP-6')).toMatchObject({ category: 'gifts-more' });
  });

  it('changes only the given columns, and nothing when run again', async () => {
    const before = await product('IMP-1');
    const row = JSON.stringify({ sku: 'IMP-1', price: 9.99, stock_quantity: 11, stock_version: before!.stock_version });
    const changed = await importText('ndjson', `${row}\n`);
    expect(changed.output).toContain('0 new, 1 changed, 0 unchanged, 0 bad');
    const after = await product('IMP-1');
    expect(after).toMatchObject({
      ...before,
      price: '9.990',
      stock_quantity: 11,
      stock_version: Number(before!.stock_version) + 1,
      version: after!.version,
      updated_at: after!.updated_at,
    });
    const again = await importText('ndjson', `${row}\n`);
    expect(again).toMatchObject({ code: 0 });
    expect(again.output).toContain('0 new, 0 changed, 1 unchanged, 0 bad');
    expect((await product('IMP-1'))!.version).toBe(after!.version);
  });

  it('never removes reserved stock', async () => {
    await catalog.db.run("update products set reserved_quantity = 5 where sku = 'IMP-1'");
    const { stock_version } = (await product('IMP-1'))!;
    const imported = await importText(
      'ndjson',
      `{"sku":"IMP-1","stock_quantity":4,"stock_version":${stock_version}}
{"sku":"IMP-2","stock_delta":-36,"stock_reference":"Count"}
`,
    );
    expect(imported.code).toBe(1);
    expect(imported.errors).toBe(
      'line 1: stock_quantity: 5 of the 11 units on hand are reserved; stock can’t be set below that\n',
    );
    expect(await product('IMP-1')).toMatchObject({ stock_quantity: 11 });
    expect(await product('IMP-2')).toMatchObject({ stock_quantity: 4 });
    await catalog.db.run("update products set reserved_quantity = 0 where sku = 'IMP-1'");
  });

  it('refuses a count that is older than a sale, and states the current number and version', async () => {
    await importText('csv', 'sku,name,price,stock_quantity\nSTK-1,Jar,5,10\n');
    await catalog.db.run("update products set stock_quantity = 7 where sku = 'STK-1'");
    const stock_version = Number((await product('STK-1'))!.stock_version);
    const file = 'sku,price,stock_quantity\nSTK-1,6,10\n';
    const stale = await importText('csv', file);
    expect(stale.code).toBe(1);
    expect(stale.errors).toContain(
      `line 2: stock_quantity: 7 units are on hand (stock_version ${stock_version}); send`,
    );
    expect(await product('STK-1')).toMatchObject({ stock_quantity: 7, price: '5.000' });
    expect((await importText('csv', `sku,stock_quantity,stock_version\nSTK-1,12,${stock_version - 1}\n`)).code).toBe(1);
    expect((await importText('csv', `sku,stock_quantity,stock_version\nSTK-1,12,${stock_version}\n`)).code).toBe(0);
    expect(await product('STK-1')).toMatchObject({ stock_quantity: 12, stock_version: stock_version + 1 });
    // The current number changes nothing, so it needs no version.
    expect((await importText('csv', 'sku,stock_quantity\nSTK-1,12\n')).output).toContain('1 unchanged, 0 bad');
  });

  it('counts a delivery once, however often the file is imported', async () => {
    const file = 'sku,name,price,stock_delta,stock_reference\nSTK-1,Jar,5,8,Delivery 7\nSTK-2,Lid,1,3,Delivery 7\n';
    for (let time = 1; time <= 3; time++) expect((await importText('csv', file)).code).toBe(0);
    expect([(await product('STK-1'))!.stock_quantity, (await product('STK-2'))!.stock_quantity]).toEqual([20, 3]);
    const other = await importText('csv', file.replace('5,8,', '5,9,'));
    expect(other.errors).toBe(
      'line 2: stock_reference: Delivery 7 was already applied as 8; use a different reference\n',
    );
    await importText('csv', file.replaceAll('Delivery 7', 'Delivery 8'));
    expect([(await product('STK-1'))!.stock_quantity, (await product('STK-2'))!.stock_quantity]).toEqual([28, 6]);
    const dry = await importText('csv', file.replaceAll('Delivery 7', 'Delivery 9'), '--dry-run');
    expect(dry.output).toContain('2 changed');
    expect((await product('STK-1'))!.stock_quantity).toBe(28);
  });

  it('accepts prices with the decimals of their currency, and explains invalid ones', async () => {
    const header = 'sku,name,category,price,stock_quantity,currency';
    const imported = await importText(
      'csv',
      `${header}
BRI-P1,a,Trials,"1,299.00",1,
BRI-P2,a,Trials,$5.00,1,
BRI-P3,a,Trials,5.00 USD,1,
BRI-P4,a,Trials,.99,1,
BRI-KWD,Dinar item,Trials,1.234,1,kwd
BRI-KWD2,Dinar item,Trials,1.230,1,kwd
BRI-JPY,Yen item,Trials,1200.5,1,jpy
BRI-JPY2,Yen item,Trials,1200,1,JPY
BRI-ZZZ,Odd item,Trials,5,1,zzz
`,
    );
    expect(imported.errors.trim().split('\n')).toEqual([
      'line 2: price: must be a number such as 19.99, with at most 2 decimals in USD (it is 1,299.00)',
      'line 3: price: must be a number such as 19.99, with at most 2 decimals in USD (it is $5.00)',
      'line 4: price: must be a number such as 19.99, with at most 2 decimals in USD (it is 5.00 USD)',
      'line 5: price: must be a number such as 19.99, with at most 2 decimals in USD (it is .99)',
      expect.stringContaining('line 6: price: must be a multiple of 0.010 in KWD, such as 19.990'),
      'line 8: price: must be a number such as 19, with at most 0 decimals in JPY (it is 1200.5)',
      expect.stringContaining('line 10: currency: is not a currency that Stripe supports'),
    ]);
    expect(await product('BRI-KWD2')).toMatchObject({ price: '1.230', currency: 'kwd' });
    expect(await product('BRI-JPY2')).toMatchObject({ price: '1200.000', currency: 'jpy' });
    await importText('csv', 'sku,name\nBRI-JPY2,Renamed yen item\n');
    expect(await product('BRI-JPY2')).toMatchObject({ name: 'Renamed yen item', price: '1200.000', currency: 'jpy' });
  });

  it('uses the shop’s currency for prices without one', async () => {
    const path = join(folder, 'euros.csv');
    await writeFile(path, 'sku,name,price\nEUR-1,Jar,5\n');
    expect(await run([path], { CURRENCY: 'eur' })).toMatchObject({ code: 0 });
    expect(await product('EUR-1')).toMatchObject({ price: '5.000', currency: 'eur' });
  });

  it('moves a lead to another family and leaves both with a lead', async () => {
    await importText('ndjson', '{"sku":"IMP-1","family":"Another family"}\n');
    const [moved, left] = [await product('IMP-1'), await product('IMP-2')];
    expect(moved!.family_id).not.toBe(left!.family_id);
    expect([moved!.is_family_lead, left!.is_family_lead]).toEqual([true, true]);
  });

  it('restores a deleted product', async () => {
    await catalog.db.run("update products set deleted_at = now() where sku = 'IMP-6'");
    await importText('ndjson', '{"sku":"IMP-6"}\n');
    expect((await product('IMP-6'))!.deleted_at).toBeNull();
  });

  it('reports what it would change, and changes nothing, with --dry-run', async () => {
    const tables = 'select (select count(*) from products)::int + (select count(*) from categories)::int as n';
    const before = await count(tables);
    const content =
      '{"sku":"DRY-1","name":"Dry","price":1,"category":"Dry goods"}\n{"sku":"IMP-2","price":99}\n{"sku":"DRY-2"}\n';
    const dry = await importText('ndjson', content, '--dry-run');
    expect(dry.code).toBe(1);
    expect(dry.output).toContain(
      'Dry run; nothing was changed. The import would report: 3 rows read: 1 new, 1 changed, 0 unchanged, 1 bad',
    );
    expect(await count(tables)).toBe(before);
    expect(await product('IMP-2')).toMatchObject({ price: '13.000' });
  });

  it('writes thousands of rows in batches', async () => {
    const rows = Array.from({ length: 3500 }, (_, index) =>
      JSON.stringify({ sku: `BULK-${index}`, name: `Bulk ${index}`, price: 5 }),
    );
    const imported = await importText('ndjson', rows.join('\n'));
    expect(imported.code).toBe(0);
    expect(imported.output.trim().split('\n')).toHaveLength(5);
    expect(await count("select count(*)::int as n from products where sku like 'BULK-%'")).toBe(3500);
  });

  it('explains invalid arguments', async () => {
    expect(await run([])).toMatchObject({ code: 1, errors: expect.stringContaining('Specify one file.') });
    expect(await run(['x.txt'])).toMatchObject({ code: 1, errors: expect.stringContaining('--format') });
    expect(await run([join(folder, 'nowhere.csv')])).toMatchObject({
      code: 1,
      errors: expect.stringContaining('The file can’t be read'),
    });
    expect(await importText('csv', 'name\nx\n')).toMatchObject({ code: 1, errors: expect.stringContaining('sku') });
  });
});
