/** Limits of a product's fields, shared by the API, imports, and the database. */
import { MAX_STOCK } from './stock.ts';

export const PRODUCT_LIMITS = {
  skuLength: 64,
  nameLength: 255,
  descriptionLength: 5000,
  stockQuantity: MAX_STOCK,
  tags: 30,
  tagLength: 50,
} as const;
