/** Schemas that all parts of the API share. Field names are snake_case; amounts are decimal numbers with a `currency`. */
import { z } from 'zod';
import { isCurrency } from '../../domain/currencies.ts';
import { EMAIL_PATTERN, MAX_EMAIL_LENGTH } from '../../domain/email.ts';
import { FORBIDDEN_CHARACTERS_HINT, hasForbiddenCharacters } from '../../domain/text.ts';

export const uuid = z.uuid().toLowerCase();
export const timestamp = z.iso.datetime().meta({ description: 'RFC 3339, UTC' });
export const currency = z
  .string()
  .refine(isCurrency, 'is not a currency that Stripe supports; use a lowercase ISO 4217 code, such as usd')
  .meta({ description: 'ISO 4217 code of a currency that Stripe supports, in lowercase', examples: ['usd'] });
export const amount = z
  .number()
  .meta({ description: 'Decimal amount in the currency’s major unit', examples: [19.99] });
/** Maximum units of one product per request and in a cart. */
export const MAX_QUANTITY = 100;
export const quantity = z.number().int().min(1).max(MAX_QUANTITY);

interface TextOptions {
  /** Minimum number of characters; default 1. */
  min?: number;
  /** Allows tabs and line breaks. */
  multiline?: boolean;
}

/** Text that people type, trimmed and without characters that the stores reject. All text fields use this. */
export const text = (max: number, { min = 1, multiline = false }: TextOptions = {}) =>
  z
    .string()
    .trim()
    .min(min)
    .max(max)
    .refine((value) => !hasForbiddenCharacters(value, { multiline }), FORBIDDEN_CHARACTERS_HINT);

/** Reason for a request. */
export const reason = text(500, { multiline: true });

/** An address by the rules of `domain/email`, which staff's requests follow, too. */
export const emailAddress = z.email({ pattern: EMAIL_PATTERN });
export const email = text(MAX_EMAIL_LENGTH).pipe(emailAddress);

/** `next_cursor` of the previous page. */
export const cursor = text(300);

export const limit = (fallback: number, max: number) =>
  z.coerce
    .number()
    .int()
    .min(1)
    .max(max)
    .default(fallback)
    .meta({ description: `1–${max}` });

export const idParams = z.object({ id: uuid });

export const idempotencyHeaders = z.object({
  'idempotency-key': z
    .string()
    .min(1)
    .max(255)
    .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
    .optional()
    .meta({
      description: 'A unique key that you generate; requests with the same key get the same response for 24 hours',
    }),
});

/** RFC 9457. */
export const problem = z
  .object({
    type: z.string().meta({ examples: ['/api/problems/out_of_stock'] }),
    title: z.string(),
    status: z.number().int(),
    code: z.string().meta({ description: 'Stable, machine-readable error code' }),
    detail: z.string().optional(),
    request_id: z.string().optional(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .catchall(z.unknown())
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problem>;
