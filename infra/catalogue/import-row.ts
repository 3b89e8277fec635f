/**
 * One row of an imported catalogue. Columns: sku, name, description, category, price, currency, stock_quantity, image_url,
 * tags, family, options. A column that is missing or empty leaves a known product as it is.
 */
import { z } from 'zod';
import { fromDecimal, minorDigits } from '../../domain/money.ts';
import { slugOf } from './catalogue-ids.ts';
import { PRODUCT_LIMITS } from './product.ts';

export const COLUMNS = [
  'sku',
  'name',
  'description',
  'category',
  'price',
  'currency',
  'stock_quantity',
  'image_url',
  'tags',
  'family',
  'options',
] as const;

export interface ImportRow {
  /** Line of the file at which it starts, from 1. */
  line: number;
  sku: string;
  name?: string;
  description?: string;
  /** Name or slug. */
  category?: string;
  priceCents?: number;
  /** ISO 4217, lower case; the shop's unless given. */
  currency: string;
  stockQuantity?: number;
  imageUrl?: string;
  tags?: string[];
  family?: string;
  options?: Record<string, string>;
}

export interface BadRow {
  line: number;
  reason: string;
}

const text = (maxLength: number) => z.string().trim().min(1).max(maxLength);
const integer = z
  .union([z.number(), z.string().trim().regex(/^\d+$/).transform(Number)], 'must be a whole number, 0 or more')
  .pipe(
    z
      .number()
      .int('must be a whole number, 0 or more')
      .min(0, 'must be 0 or more')
      .max(PRODUCT_LIMITS.stockQuantity, `must be at most ${PRODUCT_LIMITS.stockQuantity}`),
  );

/** `a|b`, or a list. */
const tags = z
  .union([z.string().transform((joined) => joined.split('|')), z.array(z.string())], 'must look like cotton|striped')
  .transform((items) => items.map((item) => item.trim().toLowerCase()).filter(Boolean))
  .pipe(z.array(text(PRODUCT_LIMITS.tagLength)).max(PRODUCT_LIMITS.tags));

const OPTIONS_HINT = 'must look like color=Sage|size=12 oz';

function readPairs(joined: string, context: z.RefinementCtx): Record<string, string> {
  const pairs = joined.split('|').map((pair) => pair.split('='));
  if (pairs.some((pair) => pair.length !== 2)) {
    context.addIssue({ code: 'custom', message: OPTIONS_HINT });
    return z.NEVER;
  }
  return Object.fromEntries(pairs.map(([name, value]) => [name!.trim().toLowerCase(), value!.trim()]));
}

/** `color=Sage|size=12 oz`, or an object. */
const options = z
  .preprocess(
    (given, context) => (typeof given === 'string' ? readPairs(given, context) : given),
    z.record(text(50), text(100), OPTIONS_HINT),
  )
  .refine((values) => Object.keys(values).length <= 10, 'at most 10 options');

const schema = z.object({
  sku: text(PRODUCT_LIMITS.skuLength),
  name: text(PRODUCT_LIMITS.nameLength).optional(),
  description: z.string().max(PRODUCT_LIMITS.descriptionLength).optional(),
  category: text(255)
    .refine((name) => slugOf(name) !== '', 'must have a letter or a digit')
    .optional(),
  price: z.union([z.number(), z.string().trim()]).optional(),
  currency: z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^[a-z]{3}$/, 'must be three letters such as usd')
    .optional(),
  stock_quantity: integer.optional(),
  image_url: z
    .union(
      [z.url({ protocol: /^https?$/ }), z.string().regex(/^\/[^/]/)],
      'must be an http(s) address or a path on this server',
    )
    .pipe(z.string().max(500))
    .optional(),
  tags: tags.optional(),
  family: text(255).optional(),
  options: options.optional(),
});

/** Whether the database can hold all of a value's text: it takes neither NUL nor half a character. */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, child]) => isStorable(key) && isStorable(child));
}

/** @returns minor units, or what is wrong with the price */
function readPrice(price: string | number, currency: string): number | string {
  let cents: number;
  try {
    cents = fromDecimal(price, currency);
  } catch {
    return `must be a number such as 19.99, with at most ${minorDigits(currency)} decimals (it is ${price})`;
  }
  if (cents <= 0) return 'must be more than 0';
  return cents > PRODUCT_LIMITS.priceCents ? 'must be at most 999999.99' : cents;
}

function explain(error: z.ZodError, present: Readonly<Record<string, unknown>>): string {
  return error.issues
    .map((issue) => {
      const column = String(issue.path[0] ?? '');
      return `${column}: ${Object.hasOwn(present, column) ? issue.message : 'is missing'}`;
    })
    .join('; ');
}

/**
 * Checks one record as it was read from the file.
 * @param shopCurrency for rows that name none
 */
export function readRow(record: Record<string, unknown>, line: number, shopCurrency: string): ImportRow | BadRow {
  const present = Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  );
  const unstorable = Object.entries(present).find(([, value]) => !isStorable(value));
  if (unstorable) return { line, reason: `${unstorable[0]}: has a character that cannot be stored` };
  const parsed = schema.safeParse(present);
  if (!parsed.success) return { line, reason: explain(parsed.error, present) };
  const { price, currency = shopCurrency, stock_quantity, image_url, ...rest } = parsed.data;
  const row: ImportRow = { line, currency, ...rest, stockQuantity: stock_quantity, imageUrl: image_url };
  if (price !== undefined) {
    const cents = readPrice(price, currency);
    if (typeof cents === 'string') return { line, reason: `price: ${cents}` };
    row.priceCents = cents;
  }
  return row;
}
