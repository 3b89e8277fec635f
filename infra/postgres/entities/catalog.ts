import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

export const Category = defineEntity({
  name: 'Category',
  tableName: 'categories',
  properties: {
    id: p.uuid().primary().defaultRaw('gen_random_uuid()'),
    slug: p.string().length(100).unique(),
    name: p.string().length(255),
    description: p.text().default(''),
    imageUrl: p.string().length(500).default(''),
    position: p.integer().default(0),
    createdAt: p.datetime().defaultRaw('now()'),
  },
});
export type Category = InferEntity<typeof Category>;

export const ProductFamily = defineEntity({
  name: 'ProductFamily',
  tableName: 'product_families',
  properties: {
    id: p.uuid().primary().defaultRaw('gen_random_uuid()'),
    name: p.string().length(255),
    optionNames: p.array().$type<string[]>().default([]),
    createdAt: p.datetime().defaultRaw('now()'),
  },
});
export type ProductFamily = InferEntity<typeof ProductFamily>;

export const Product = defineEntity({
  name: 'Product',
  tableName: 'products',
  properties: {
    id: p.uuid().primary().defaultRaw('gen_random_uuid()'),
    sku: p.string().length(64).unique(),
    name: p.string().length(255),
    description: p.text().default(''),
    /** Exact decimal text; `domain/money` converts it to minor units. */
    price: p.decimal('string').precision(12).scale(3),
    currency: p.character().length(3),
    stockQuantity: p.integer().default(0),
    /** Written only by the inventory ledger's statements. */
    reservedQuantity: p.integer().default(0),
    /** Incremented by a trigger. */
    stockVersion: p.bigint('number').default(1),
    category: () => p.manyToOne(Category).ref().nullable(),
    family: () => p.manyToOne(ProductFamily).ref().nullable(),
    isFamilyLead: p.boolean().default(true),
    optionValues: p.json().$type<Record<string, string>>().defaultRaw("'{}'"),
    tags: p.array().$type<string[]>().default([]),
    imageUrl: p.string().length(500).default(''),
    /** Set by a trigger: increases with every change that the search index shows. */
    version: p.bigint('number').default(1),
    /** Hash of the request that created it, if it had an Idempotency-Key. */
    requestHash: p.text().nullable(),
    deletedAt: p.datetime().nullable(),
    createdAt: p.datetime().defaultRaw('now()'),
    updatedAt: p.datetime().defaultRaw('now()'),
  },
});
export type Product = InferEntity<typeof Product>;

/** An applied delivery or correction, by its reference, so that each is applied once. */
export const StockChange = defineEntity({
  name: 'StockChange',
  tableName: 'stock_changes',
  properties: {
    productId: p.uuid().primary(),
    reference: p.text().primary(),
    delta: p.integer(),
    /** Hash of the API request that made it, if any. */
    requestHash: p.text().nullable(),
    createdAt: p.datetime().defaultRaw('now()'),
  },
});
