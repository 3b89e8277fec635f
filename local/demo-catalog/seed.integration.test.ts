/** Seeding a shop with the demo catalog on a real PostgreSQL. */
import { verify } from '@node-rs/argon2';
import { describe, expect, it } from 'vitest';
import { catalogDatabase } from '../../tests/support/catalog-database.ts';
import { demoAccounts } from './demo-accounts.ts';

const catalog = catalogDatabase('local/demo-catalog/seed.ts');
const { run, product, count } = catalog;

describe('npm run seed', () => {
  it('fills the shop, notifies the index and the stock counters, and creates the demo accounts', async () => {
    const seeded = await run(['--products', '1500']);
    expect(seeded).toMatchObject({ code: 0, errors: '' });
    expect(seeded.output).toContain('1,500 products created, 0 already existed');
    expect(await count('select count(*)::int as n from products')).toBe(1500);
    expect(await count("select count(*)::int as n from outbox where topic = 'product.changed'")).toBe(1500);
    expect(await count('select count(distinct category_id)::int as n from products')).toBe(24);
    expect(await product('MUG-0001')).toMatchObject({
      category: 'tableware',
      image_url: '/media/products/MUG-0001.svg',
    });
    const account = await catalog.db.row<{ password_hash: string; role: string }>(
      'select * from users where email = $1',
      [demoAccounts.admin.email],
    );
    expect(account!.role).toBe('admin');
    expect(await verify(account!.password_hash, demoAccounts.admin.password)).toBe(true);
  });

  it('adds missing products and leaves existing ones unchanged', async () => {
    const [one] = await catalog.db.rows<{ sku: string }>('select sku from products order by sku limit 1');
    await catalog.db.run("update products set price = 1.23, stock_quantity = 7, name = 'Renamed' where sku = $1", [
      one!.sku,
    ]);
    await catalog.db.run(
      'delete from products where sku <> $1 and sku in (select sku from products order by sku limit 5)',
      [one!.sku],
    );
    const again = await run(['--products', '1500']);
    expect(again.output).toContain('4 products created, 1,496 already existed');
    expect(await product(one!.sku)).toMatchObject({ price: '1.230', stock_quantity: 7, name: 'Renamed' });
  });

  it('each family has one lead product', async () => {
    const odd = await count(
      `select count(*)::int as n from (select family_id from products where family_id is not null group by family_id
       having count(*) filter (where is_family_lead) <> 1) families`,
    );
    expect(odd).toBe(0);
  });
});
