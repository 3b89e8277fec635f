import { z } from 'zod';
import { amount, currency, limit, timestamp, uuid } from './common.ts';

const price = z
  .number()
  .positive()
  .max(999_999.99)
  .refine((value) => Math.abs(value * 100 - Math.round(value * 100)) < 1e-6, 'use at most 2 decimals');

export const category = z
  .object({
    id: uuid,
    slug: z.string(),
    name: z.string(),
    description: z.string(),
    product_count: z.number().int().nonnegative(),
    image_url: z.string(),
  })
  .meta({ id: 'Category' });
export type Category = z.infer<typeof category>;
export const categoryList = z.object({ items: z.array(category) }).meta({ id: 'CategoryList' });

export const productSummary = z
  .object({
    id: uuid,
    sku: z.string(),
    name: z.string(),
    price: amount,
    currency,
    image_url: z.string(),
    category: z.string().nullable().meta({ description: 'Slug of the category' }),
    in_stock: z.boolean(),
    family_id: uuid.nullable(),
  })
  .meta({ id: 'ProductSummary' });
export type ProductSummary = z.infer<typeof productSummary>;

export const productVariant = z.object({
  id: uuid,
  sku: z.string(),
  name: z.string(),
  option_values: z.record(z.string(), z.string()),
  price: amount,
  currency,
  in_stock: z.boolean(),
});

export const product = productSummary
  .extend({
    description: z.string(),
    tags: z.array(z.string()),
    option_values: z.record(z.string(), z.string()),
    available_quantity: z.number().int().nonnegative().meta({ description: 'On hand less held; a snapshot' }),
    variants: z.array(productVariant).meta({ description: 'All rows of the same family, this one too' }),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'Product' });
export type Product = z.infer<typeof product>;

export const PRODUCT_SORTS = ['newest', 'price_asc', 'price_desc'] as const;
export const productListQuery = z.object({
  category: z.string().max(100).optional().meta({ description: 'Slug of a category' }),
  min_price: z.coerce.number().nonnegative().max(999_999.99).optional(),
  max_price: z.coerce.number().nonnegative().max(999_999.99).optional(),
  sort: z.enum(PRODUCT_SORTS).default('newest'),
  cursor: z.string().max(300).optional().meta({ description: '`next_cursor` of the page before' }),
  limit: limit(24, 100),
});
export const productPage = z
  .object({ items: z.array(productSummary), next_cursor: z.string().nullable() })
  .meta({ id: 'ProductPage' });
export type ProductPage = z.infer<typeof productPage>;

/** A stored picture’s address: absolute http(s), or a path on this server. */
const imageUrl = z.union([z.url({ protocol: /^https?$/ }), z.string().regex(/^\/[^/]/)]).pipe(z.string().max(500));

export const productCreate = z
  .strictObject({
    sku: z.string().trim().min(1).max(64),
    name: z.string().trim().min(1).max(255),
    description: z.string().max(5000).default(''),
    price,
    currency: currency.optional(),
    stock_quantity: z.number().int().nonnegative().max(10_000_000),
    category_id: uuid,
    image_url: imageUrl.optional(),
    tags: z.array(z.string().trim().min(1).max(50)).max(30).default([]),
  })
  .meta({ id: 'ProductCreate' });
export const productPatch = z
  .strictObject({
    name: z.string().trim().min(1).max(255),
    description: z.string().max(5000),
    price,
    stock_quantity: z.number().int().nonnegative().max(10_000_000),
    category_id: uuid,
    image_url: imageUrl,
    tags: z.array(z.string().trim().min(1).max(50)).max(30),
  })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'name at least one field to change')
  .meta({ id: 'ProductPatch' });
export type ProductCreate = z.infer<typeof productCreate>;
export type ProductPatch = z.infer<typeof productPatch>;
