/** One row of an imported catalog. A missing or empty column leaves an existing product unchanged. */
import { z } from 'zod';
import { isCurrency } from '../../../domain/currencies.ts';
import { readPrice } from '../../../domain/price.ts';
import { PRODUCT_LIMITS } from '../../../domain/product.ts';
import { FORBIDDEN_CHARACTERS_HINT, hasForbiddenCharacters } from '../../../domain/text.ts';
import { slugOf } from '../catalog-ids.ts';

export const COLUMNS = [
  'sku',
  'name',
  'description',
  'category',
  'price',
  'currency',
  'stock_quantity',
  'stock_version',
  'stock_delta',
  'stock_reference',
  'image_url',
  'tags',
  'family',
  'options',
] as const;

export interface ImportRow {
  /** Line of the file at which the row starts, from 1. */
  line: number;
  sku: string;
  name?: string;
  description?: string;
  /** Name or slug. */
  category?: string;
  priceCents?: number;
  /** ISO 4217, lower case; defaults to the shop's currency. */
  currency: string;
  /** Units on hand, including reserved units. */
  stockQuantity?: number;
  /** The stock version on which `stockQuantity` is based. */
  stockVersion?: number;
  /** Units added, or removed if negative; applied once per `stockReference`. */
  stockDelta?: number;
  stockReference?: string;
  imageUrl?: string;
  tags?: string[];
  family?: string;
  options?: Record<string, string>;
}

export interface BadRow {
  line: number;
  reason: string;
}

const text = (maxLength: number, options: { multiline?: boolean } = {}) =>
  z
    .string()
    .trim()
    .min(1)
    .max(maxLength)
    .refine((value) => !hasForbiddenCharacters(value, options), FORBIDDEN_CHARACTERS_HINT);
const integer = (hint: string, min: number, max: number) =>
  z
    .union(
      [
        z.number(),
        z
          .string()
          .trim()
          .regex(/^-?\d+$/)
          .transform(Number),
      ],
      hint,
    )
    .pipe(z.number().int(hint).min(min, hint).max(max, `must be at most ${max}`));
const COUNT_HINT = 'must be a whole number, 0 or more';
const DELTA_HINT = 'must be a whole number other than 0, such as 12 or -3';
const VERSION_HINT = 'must be a whole number, 1 or more';

/** `a|b`, or a list. */
const tags = z
  .union(
    [z.string().transform((joined) => joined.split('|')), z.array(z.string())],
    'must have the format cotton|striped',
  )
  .transform((items) => items.map((item) => item.trim().toLowerCase()).filter(Boolean))
  .pipe(z.array(text(PRODUCT_LIMITS.tagLength)).max(PRODUCT_LIMITS.tags));

const OPTIONS_HINT = 'must have the format color=Sage|size=12 oz';

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
  description: text(PRODUCT_LIMITS.descriptionLength, { multiline: true }).optional(),
  category: text(255)
    .refine((name) => slugOf(name) !== '', 'must have a letter or a digit')
    .optional(),
  price: z.union([z.number(), z.string().trim()]).optional(),
  currency: z
    .string()
    .trim()
    .toLowerCase()
    .refine(isCurrency, 'is not a currency that Stripe supports; use three letters such as usd')
    .optional(),
  stock_quantity: integer(COUNT_HINT, 0, PRODUCT_LIMITS.stockQuantity).optional(),
  stock_version: integer(VERSION_HINT, 1, Number.MAX_SAFE_INTEGER).optional(),
  stock_delta: integer(DELTA_HINT, -PRODUCT_LIMITS.stockQuantity, PRODUCT_LIMITS.stockQuantity)
    .refine((delta) => delta !== 0, DELTA_HINT)
    .optional(),
  stock_reference: text(100).optional(),
  image_url: z
    .union(
      [z.url({ protocol: /^https?$/ }), z.string().regex(/^\/[^/]/)],
      'must be an http(s) URL or a path on this server',
    )
    .pipe(text(500))
    .optional(),
  tags: tags.optional(),
  family: text(255).optional(),
  options: options.optional(),
});

/** Finds stock columns that can't be combined. The required reference makes it safe to import the same file twice. */
function stockProblem({ stockQuantity, stockVersion, stockDelta, stockReference }: ImportRow): string | undefined {
  if (stockDelta !== undefined && stockQuantity !== undefined)
    return 'stock_delta: send either stock_delta or stock_quantity, not both';
  if (stockDelta !== undefined && stockReference === undefined) {
    return 'stock_reference: is required; name the delivery or correction so that importing the file again does not apply it twice';
  }
  if (stockReference !== undefined && stockDelta === undefined) return 'stock_reference: requires stock_delta';
  if (stockVersion !== undefined && stockQuantity === undefined) return 'stock_version: requires stock_quantity';
  return undefined;
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
 * Validates one record of the file.
 * @param shopCurrency the default for rows without a currency
 */
export function readRow(record: Record<string, unknown>, line: number, shopCurrency: string): ImportRow | BadRow {
  const present = Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  );
  const parsed = schema.safeParse(present);
  if (!parsed.success) return { line, reason: explain(parsed.error, present) };
  const {
    price,
    currency = shopCurrency,
    stock_quantity,
    stock_version,
    stock_delta,
    stock_reference,
    image_url,
    ...rest
  } = parsed.data;
  const row: ImportRow = {
    line,
    currency,
    ...rest,
    stockQuantity: stock_quantity,
    stockVersion: stock_version,
    stockDelta: stock_delta,
    stockReference: stock_reference,
    imageUrl: image_url,
  };
  const problem = stockProblem(row);
  if (problem) return { line, reason: problem };
  if (price !== undefined) {
    const cents = readPrice(price, currency);
    if (typeof cents === 'string') return { line, reason: `price: ${cents}` };
    row.priceCents = cents;
  }
  return row;
}
