import { beforeAll, describe, expect, it } from 'vitest';
import { readPrice } from '../../domain/price.ts';
import { PRODUCT_LIMITS } from '../../domain/product.ts';
import { CATEGORIES } from './categories.ts';
import { DEFAULT_PRODUCTS, generateCatalog } from './generate.ts';
import type { CatalogProduct } from './product.ts';
import { KINDS } from './product-types/index.ts';

let shop: CatalogProduct[];
let large: CatalogProduct[];

beforeAll(() => {
  shop = [...generateCatalog({ products: DEFAULT_PRODUCTS })];
  large = [...generateCatalog({ products: 20_000 })];
});

describe('the generated catalog', () => {
  it('is the same each time, and different with another seed', () => {
    expect([...generateCatalog({ products: DEFAULT_PRODUCTS })]).toEqual(shop);
    const other = [...generateCatalog({ products: DEFAULT_PRODUCTS, seed: 'other' })];
    expect(other.map(({ name }) => name)).not.toEqual(shop.map(({ name }) => name));
  });

  it('is a prefix of a larger one', () => {
    expect(large.slice(0, DEFAULT_PRODUCTS)).toEqual(shop);
  });

  it('has unique SKUs and names', () => {
    for (const products of [shop, large]) {
      expect(new Set(products.map(({ sku }) => sku)).size).toBe(products.length);
      expect(new Set(products.map(({ name }) => name)).size).toBe(products.length);
    }
  });

  // One assertion for all products, because ten for each of twenty thousand would take seconds.
  const violations = (sound: (product: CatalogProduct) => boolean) =>
    large.filter((product) => !sound(product)).map(({ sku }) => sku);

  it('respects the limits of a product', () => {
    const within = (value: number, min: number, max: number) => Number.isInteger(value) && value >= min && value <= max;
    const { skuLength, nameLength, descriptionLength, stockQuantity, tags, tagLength } = PRODUCT_LIMITS;
    expect(violations((product) => within(product.sku.length, 1, skuLength))).toEqual([]);
    expect(violations((product) => within(product.name.length, 1, nameLength))).toEqual([]);
    expect(violations((product) => within(product.description.length, 60, descriptionLength))).toEqual([]);
    expect(violations((product) => readPrice(product.priceCents / 100, 'usd') === product.priceCents)).toEqual([]);
    expect(violations((product) => within(product.stockQuantity, 0, stockQuantity))).toEqual([]);
    expect(violations((product) => within(product.tags.length, 1, tags))).toEqual([]);
    expect(violations((product) => product.tags.every((tag) => within(tag.length, 1, tagLength)))).toEqual([]);
  });

  it('has clean texts', () => {
    const unclean = /undefined|null|NaN|\{|\}| {2}|’s’|\.\.|,,/;
    expect(violations(({ name, description }) => !unclean.test(`${name} ${description}`))).toEqual([]);
    expect(violations(({ description }) => /^[A-Z0-9“].*[.!?]$/.test(description))).toEqual([]);
  });

  it('includes products of every category', () => {
    const perCategory = Map.groupBy(shop, ({ categorySlug }) => categorySlug);
    expect([...perCategory.keys()].sort()).toEqual(CATEGORIES.map(({ slug }) => slug).sort());
    for (const products of perCategory.values()) expect(products.length).toBeGreaterThan(25);
    expect(new Set(shop.map(({ tags }) => tags[0])).size).toBe(KINDS.length);
  });

  it('is mostly in stock, with a few products sold out and a few low in stock', () => {
    const soldOut = shop.filter(({ stockQuantity }) => stockQuantity === 0).length;
    const nearly = shop.filter(({ stockQuantity }) => stockQuantity >= 1 && stockQuantity <= 3).length;
    expect(soldOut / shop.length).toBeGreaterThan(0.015);
    expect(soldOut / shop.length).toBeLessThan(0.07);
    expect(nearly / shop.length).toBeGreaterThan(0.03);
    expect(nearly / shop.length).toBeLessThan(0.12);
    expect(Math.max(...shop.map(({ stockQuantity }) => stockQuantity))).toBeLessThanOrEqual(400);
  });

  it('has families whose members differ in their option values', () => {
    const families = Map.groupBy(
      large.filter(({ family }) => family),
      ({ family }) => family!.key,
    );
    expect(families.size).toBeGreaterThan(1000);
    for (const members of families.values()) {
      const [first] = members;
      expect(members.filter(({ isFamilyLead }) => isFamilyLead)).toEqual([first]);
      const [option] = first!.family!.optionNames;
      expect(new Set(members.map(({ optionValues }) => optionValues[option!])).size).toBe(members.length);
      expect(new Set(members.map(({ family }) => family!.name)).size).toBe(1);
      expect(members.length).toBeLessThanOrEqual(4);
    }
  });

  it('derives its dates only from its parameter', () => {
    const asOf = new Date('2030-05-01T00:00:00Z');
    const dated = [...generateCatalog({ products: 500, asOf })];
    const newest = Math.max(...dated.map(({ createdAt }) => createdAt.getTime()));
    expect(newest).toBeLessThanOrEqual(asOf.getTime());
    expect(newest).toBeGreaterThan(asOf.getTime() - 30 * 24 * 3600 * 1000);
  });
});
