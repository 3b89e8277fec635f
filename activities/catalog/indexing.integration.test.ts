/** Rebuilding the search index beside the current one: its content, and the switch. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type IndexedProduct, ProductIndex } from '../../infra/elasticsearch/product-index.ts';
import { activityShop } from '../../tests/support/activity-shop.ts';
import { createProduct } from '../../tests/support/shop.ts';
import { indexChanged, rebuildIndex } from './indexing.ts';

const shop = activityShop({ topics: ['stock.adjusted'] });

/** Each test has its own index. */
let index: ProductIndex;
beforeEach(async () => {
  index = new ProductIndex(shop.services.productIndex.client, `test-${randomUUID()}`);
  expect(await index.ensure()).toBe(true);
});
afterEach(async () => {
  await index.client.indices.delete({ index: Object.keys(await index.client.indices.getAlias({ name: index.alias })) });
});

const set = (id: string, values: string) => shop.services.db.run(`update products set ${values} where id = $1`, [id]);
/** Names in the index, by product ID. */
async function indexed(ids: readonly string[]): Promise<Record<string, string>> {
  const answer = await index.client.search<{ shown: { name: string } }>({
    index: index.alias,
    query: { ids: { values: [...ids] } },
  });
  return Object.fromEntries(answer.hits.hits.map(({ _id, _source }) => [_id, _source!.shown.name]));
}

it('contains each product that is sold, and the lead of each family; the old index is deleted', async () => {
  const { db } = shop.services;
  const [sold, gone, lead, variant] = [
    await createProduct(shop.services, { name: 'Sold' }),
    await createProduct(shop.services, { name: 'Gone' }),
    await createProduct(shop.services, { name: 'Lead' }),
    await createProduct(shop.services, { name: 'Variant' }),
  ];
  const family = await db.row<{ id: string }>(`insert into product_families (name) values ('Cups') returning id`);
  for (const { id } of [lead, variant]) await set(id, `family_id = '${family!.id}'`);
  await set(variant.id, 'is_family_lead = false');
  await set(gone.id, 'deleted_at = now()');
  await db.run(`delete from outbox where topic = 'product.changed' and key = $1`, [sold.id]);

  let reported = 0;
  const done = await rebuildIndex(db, index, (count) => {
    reported = count;
  });
  expect(reported).toBe(done);
  expect(await indexed([sold.id, gone.id, lead.id, variant.id])).toEqual({ [sold.id]: 'Sold', [lead.id]: 'Lead' });
  expect(Object.keys(await index.client.indices.getAlias({ name: index.alias }))).toHaveLength(1);
  expect(await index.client.indices.exists({ index: `${index.alias}-1` })).toBe(false);
  // The product may have changed while the index was being filled.
  expect(
    await db.rows(`select topic from outbox where topic = 'product.changed' and key = $1`, [sold.id]),
  ).toHaveLength(1);
});

it('removes products that are no longer sold, and keeps newer versions when an older one arrives late', async () => {
  const { db } = shop.services;
  const product = await createProduct(shop.services, { name: 'First' });
  await indexChanged(db, index, [product.id]);
  expect(await indexed([product.id])).toEqual({ [product.id]: 'First' });
  await set(product.id, `name = 'Second'`);
  await indexChanged(db, index, [product.id]);
  await index.write([documentOf(product.id, 'First', 1)], [], { refresh: true });
  await index.write([], [{ id: product.id, version: 1 }], { refresh: true });
  expect(await indexed([product.id])).toEqual({ [product.id]: 'Second' });
  await set(product.id, 'deleted_at = now()');
  await indexChanged(db, index, [product.id]);
  expect(await indexed([product.id])).toEqual({});
});

/** An indexed product; only these three fields matter here. */
function documentOf(id: string, name: string, version: number): IndexedProduct {
  const texts = {
    sku: 'A',
    skus: ['A'],
    description: '',
    imageUrl: '',
    currency: 'usd',
    createdAt: new Date().toISOString(),
  };
  const rest = {
    tags: [],
    options: [],
    category: null,
    priceCents: 1,
    pricesCents: [1],
    inStock: true,
    familyId: null,
  };
  return { id, name, version, ...texts, ...rest };
}
