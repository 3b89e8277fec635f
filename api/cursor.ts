import { DomainError } from '../domain/errors.ts';

/** Encodes a keyset cursor, which is opaque to callers: the sort values of a page's last row. */
export function encodeCursor(values: readonly string[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/** @throws DomainError invalid_request unless `encodeCursor` created it from `length` values */
export function decodeCursor(cursor: string, length: number): string[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(values) && values.length === length && values.every((value) => typeof value === 'string'))
      return values;
  } catch {
    // Not JSON, which gets the same error as any other invalid cursor.
  }
  throw new DomainError('invalid_request', 'The cursor is not valid. Start at the first page.');
}

/** Class of PostgreSQL's errors for a text that is not a value of the expected type. */
const DATA_EXCEPTION = '22';

/**
 * For a failed query of a list: the values of another list's cursor can be of other types.
 * @throws DomainError invalid_request for such a cursor; else `error`
 */
export function rejectForeignCursor(error: { code?: string }): never {
  if (error.code?.startsWith(DATA_EXCEPTION))
    throw new DomainError('invalid_request', 'The cursor is from a different list. Start at the first page.');
  throw error;
}
