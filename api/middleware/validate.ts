import type { z } from 'zod';
import { DomainError } from '../../domain/errors.ts';

/**
 * Parses a part of the request.
 * @throws DomainError invalid_request with every problem and its path
 */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, where: string): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new DomainError(
    'invalid_request',
    `The ${where} ${where === 'headers' ? 'are' : 'is'} not valid. See errors.`,
    {
      details: {
        errors: parsed.error.issues.map((issue) => ({
          path: issue.path.map(String).join('.'),
          message: issue.message,
        })),
      },
    },
  );
}
