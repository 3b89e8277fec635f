/** What tests of the contracts ask of a schema. */
import type { z } from 'zod';

/** What is wrong with a value, as “path: message”. */
export function problemsOf(schema: z.ZodType, value: unknown): string[] {
  const { error } = schema.safeParse(value);
  return (error?.issues ?? []).map(({ path, message }) => `${path.map(String).join('.')}: ${message}`);
}

/** A text of so many characters. */
export const letters = (count: number): string => 'a'.repeat(count);
