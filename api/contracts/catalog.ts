import { z } from 'zod';
import { MAX_PRICE } from '../../domain/price.ts';
import { MAX_STOCK } from '../../domain/stock.ts';
import { amount, currency, cursor, limit, text, timestamp, uuid } from './common.ts';

/** `domain/price` checks the number of decimals, which depends on the currency. */
const price = z.number().positive().max(MAX_PRICE);
/** The minimum or maximum of a price range. */
export const priceBound = z.coerce.number().nonnegative().max(MAX_PRICE);

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
    category: z.string().nullable().meta({ description: 'Category slug' }),
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
    available_quantity: z
      .number()
      .int()
      .nonnegative()
      .meta({ description: 'Units on hand minus reserved units; a snapshot' }),
    variants: z.array(productVariant).meta({ description: 'All variants of the same family, including this one' }),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'Product' });
export type Product = z.infer<typeof product>;

/** A product with the fields that only administrators see. */
export const managedProduct = product
  .extend({
    stock_quantity: z.number().int().nonnegative().meta({ description: 'Units on hand, including reserved units' }),
    reserved_quantity: z.number().int().nonnegative(),
    stock_version: z
      .number()
      .int()
      .positive()
      .meta({ description: 'Increases with every change of stock_quantity, including sales' }),
  })
  .meta({ id: 'ManagedProduct' });
export type ManagedProduct = z.infer<typeof managedProduct>;

export const PRODUCT_SORTS = ['newest', 'price_asc', 'price_desc'] as const;
export const productListQuery = z.object({
  category: text(100).optional().meta({ description: 'Category slug' }),
  min_price: priceBound.optional(),
  max_price: priceBound.optional(),
  sort: z.enum(PRODUCT_SORTS).default('newest'),
  cursor: cursor.optional().meta({ description: '`next_cursor` of the previous page' }),
  limit: limit(24, 100),
});
export const productPage = z
  .object({ items: z.array(productSummary), next_cursor: z.string().nullable() })
  .meta({ id: 'ProductPage' });
export type ProductPage = z.infer<typeof productPage>;

/** URL of a picture: absolute HTTP(S), or a path on this server. */
const imageUrl = z.union([z.url({ protocol: /^https?$/ }), z.string().regex(/^\/[^/]/)]).pipe(text(500));

const description = text(5000, { min: 0, multiline: true });
const tags = z.array(text(50)).max(30);
const stockQuantity = z.number().int().nonnegative().max(MAX_STOCK);

export const productCreate = z
  .strictObject({
    sku: text(64),
    name: text(255),
    description: description.default(''),
    price,
    currency: currency.optional(),
    stock_quantity: stockQuantity,
    category_id: uuid,
    image_url: imageUrl.optional(),
    tags: tags.default([]),
  })
  .meta({ id: 'ProductCreate' });
export const productPatch = z
  .strictObject({
    name: text(255),
    description,
    price,
    stock_quantity: stockQuantity.meta({ description: 'Units on hand; requires `stock_version`' }),
    stock_version: z.number().int().positive().meta({
      description:
        'The version that `stock_quantity` is based on. If stock has changed since, the request fails with 412 and the current quantity',
    }),
    stock_delta: z
      .number()
      .int()
      .min(-MAX_STOCK)
      .max(MAX_STOCK)
      .refine((delta) => delta !== 0, 'must not be 0')
      .meta({
        description: 'Units added, or removed if negative; applied once per Idempotency-Key',
      }),
    category_id: uuid,
    image_url: imageUrl,
    tags,
  })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'specify at least one field to change')
  .superRefine(({ stock_quantity, stock_version, stock_delta }, context) => {
    const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (stock_quantity !== undefined && stock_delta !== undefined)
      refuse('stock_delta', 'send either stock_delta or stock_quantity, not both');
    else if (stock_quantity !== undefined && stock_version === undefined)
      refuse(
        'stock_quantity',
        'requires the product’s current stock_version, because units may have been sold since; or use stock_delta',
      );
    if (stock_version !== undefined && stock_quantity === undefined) refuse('stock_version', 'requires stock_quantity');
  })
  .meta({ id: 'ProductPatch' });
export type ProductCreate = z.infer<typeof productCreate>;
export type ProductPatch = z.infer<typeof productPatch>;
