/** What a search finds: corrected words, SKUs, prices of variants, scripts without spaces, and facets that count what their links return. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSome } from '../config.ts';
import { connectElasticsearch, type IndexedProduct, ProductIndex } from './product-index.ts';
import { type SearchRequest, type SearchResult, searchProducts } from './product-search.ts';

const client = connectElasticsearch(readSome(['ELASTICSEARCH_URL']).ELASTICSEARCH_URL);
const index = new ProductIndex(client, `test-${randomUUID()}`);

/** Names, each with its SKU and its prices in cents; a family has several of both. */
const PRODUCTS: [string, string[], number[]][] = [
  ['Mountain bike', ['BIK-1'], [500_00]],
  ['Apple bake', ['BAK-1'], [5_00]],
  ['Bread bakes', ['BAK-2'], [6_00]],
  ['Silk scarf', ['SCA-1'], [49_99]],
  ['Spares box', ['SPA-1'], [50_00]],
  ['Dog leash', ['LEA-1'], [12_00]],
  ['Leather bag', ['BAG-1', 'BAG-2', 'BAG-3'], [80_00, 120_00, 250_00]],
  ['Cotton T-Shirt', ['TSH-1'], [20_00]],
  ['Thirty candles', ['CAN-30'], [100_00]],
  ['Wi-Fi router', ['ROU-1'], [200_00]],
  ['Lamp with shade', ['LAM-1'], [199_99]],
  ['Coat for women', ['COA-1'], [100_01]],
  ['Woven basket', ['BAS-1'], [0]],
  ['咖啡杯', ['CUP-1'], [10_00]],
  ['كتاب الطبخ', ['BOO-1'], [15_00]],
  ['แก้วกาแฟ', ['CUP-2'], [11_00]],
  ['SED bed', ['BED-0001'], [300_00]],
];

beforeAll(async () => {
  await index.ensure();
  await index.write(PRODUCTS.map(toProduct), [], { refresh: true });
});
afterAll(() => client.indices.delete({ index: `${index.alias}-1` }));

function toProduct([name, skus, pricesCents]: (typeof PRODUCTS)[number]): IndexedProduct {
  return {
    id: randomUUID(),
    sku: skus[0]!,
    skus,
    name,
    description: '',
    tags: [],
    options: [],
    category: null,
    priceCents: pricesCents[0]!,
    pricesCents,
    currency: 'usd',
    imageUrl: '/a.svg',
    inStock: true,
    familyId: null,
    createdAt: new Date().toISOString(),
    version: 1,
  };
}

const search = (query: string, more: Partial<SearchRequest> = {}): Promise<SearchResult> =>
  searchProducts(index, { query, categories: [], offset: 0, size: 100, ...more });
const found = async (query: string) => (await search(query)).products.map(({ name }) => name);

describe('a word that products contain in another form', () => {
  it.each([
    ['bikes', 'Mountain bike'],
    ['scarves', 'Silk scarf'],
    ['leashes', 'Dog leash'],
    ['tshirt', 'Cotton T-Shirt'],
    ['t-shirts', 'Cotton T-Shirt'],
    ['wifi', 'Wi-Fi router'],
    ['WiFi', 'Wi-Fi router'],
    ['woman', 'Coat for women'],
  ])('is not corrected: %s', async (query, name) => {
    const result = await search(query);
    expect([result.correctedQuery, result.products[0]!.name]).toEqual([null, name]);
  });
});

describe('a misspelled word', () => {
  it.each([
    ['moutain', 'mountain', 'Mountain bike'],
    ['lether bag', 'leather bag', 'Leather bag'],
    ['cnadles', 'candles', 'Thirty candles'],
    ['cottton', 'cotton', 'Cotton T-Shirt'],
  ])('is corrected: %s', async (query, corrected, name) => {
    const result = await search(query);
    expect([result.correctedQuery, result.products[0]!.name]).toEqual([corrected, name]);
  });

  it.each(['wxyz', 'bxkqs', 'spring'])('is not replaced by a word that differs more: %s', async (query) => {
    expect((await search(query)).correctedQuery).toBeNull();
  });
});

describe('a SKU', () => {
  it.each(['BED-0001', 'bed-0001', '  Bed-0001 '])(
    'finds its product first, and is not corrected: “%s”',
    async (query) => {
      const result = await search(query);
      expect([result.correctedQuery, result.products[0]!.name]).toEqual([null, 'SED bed']);
    },
  );

  it('of any variant finds the family', async () => {
    expect((await found('BAG-3'))[0]).toBe('Leather bag');
  });

  it('finds products from its first characters on', async () => {
    expect(await found('bag-1')).toEqual(['Leather bag']);
    expect((await found('BED-00'))[0]).toBe('SED bed');
  });
});

describe('a part of a text without spaces', () => {
  it.each([
    ['咖啡', '咖啡杯'],
    ['啡杯', '咖啡杯'],
    ['طبخ', 'كتاب الطبخ'],
    ['الكتاب', 'كتاب الطبخ'],
    ['กาแฟ', 'แก้วกาแฟ'],
  ])('is found: %s', async (query, name) => {
    expect((await found(query))[0]).toBe(name);
  });
});

describe('price ranges', () => {
  it('count exactly what a search with their bounds returns', async () => {
    const { priceRanges } = await search('');
    expect(priceRanges.map(({ fromCents, toCents }) => [fromCents, toCents])).toEqual([
      [null, 49_99],
      [50_00, 99_99],
      [100_00, 199_99],
      [200_00, null],
    ]);
    for (const { fromCents, toCents, count } of priceRanges) {
      const bounds = {
        ...(fromCents !== null && { minPriceCents: fromCents }),
        ...(toCents !== null && { maxPriceCents: toCents }),
      };
      expect([fromCents, (await search('', bounds)).total]).toEqual([fromCents, count]);
    }
  });

  it('include a family by the price of any variant', async () => {
    const inRange = async (minPriceCents: number, maxPriceCents: number) =>
      (await search('leather', { minPriceCents, maxPriceCents })).total;
    expect([await inRange(75_00, 85_00), await inRange(110_00, 130_00), await inRange(240_00, 260_00)]).toEqual([
      1, 1, 1,
    ]);
    expect(await inRange(300_00, 400_00)).toBe(0);
  });
});

it('an index with the layout of another release is rebuilt', async () => {
  const old = new ProductIndex(client, `test-${randomUUID()}`);
  await client.indices.create({ index: `${old.alias}-1`, aliases: { [old.alias]: {} } });
  expect(await old.ensure()).toBe(true);
  await old.create(`${old.alias}-2`);
  await old.publish(`${old.alias}-2`);
  expect(await old.ensure()).toBe(false);
  await client.indices.delete({ index: `${old.alias}-2` });
});
