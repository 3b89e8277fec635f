import { DomainError } from '../domain/errors.ts';

/** Keyset cursors: the sort values of the last row, opaque to callers. */
export function encodeCursor(values: readonly string[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/** @throws DomainError invalid_request for anything that this API did not hand out */
export function decodeCursor(cursor: string, length: number): string[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(values) && values.length === length && values.every((value) => typeof value === 'string'))
      return values;
  } catch {
    // Falls through to the one answer for a cursor that is not ours.
  }
  throw new DomainError('invalid_request', 'The cursor is not valid. Start at the first page.');
}
