/** Helpers for tests of the API's schemas. */
import type { z } from 'zod';

/** Problems of a value, as “path: message”. */
export function problemsOf(schema: z.ZodType, value: unknown): string[] {
  const { error } = schema.safeParse(value);
  return (error?.issues ?? []).map(({ path, message }) => `${path.map(String).join('.')}: ${message}`);
}

/** A text with `count` characters. */
export const letters = (count: number): string => 'a'.repeat(count);

export const ID = '0b7f2b9e-5d1c-4a3e-9f60-2f1c8d7e6a55';
export const ADDRESS = { street: '1 Main Street', city: 'Springfield', postal_code: '12345', country: 'US' };
export const PRODUCT = { sku: 'A-1', name: 'Mug', price: 1, stock_quantity: 0, category_id: ID };

/** One unit each of `count` products. */
export function linesOf(count: number): { product_id: string; quantity: number }[] {
  const idOf = (index: number) => `0b7f2b9e-5d1c-4a3e-9f60-${index.toString(16).padStart(12, '0')}`;
  return Array.from({ length: count }, (_, index) => ({ product_id: idOf(index), quantity: 1 }));
}
