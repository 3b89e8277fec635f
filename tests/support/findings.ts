/** Artificial discrepancies for tests of the audit. */
import { expect } from 'vitest';
import type { Finding } from '../../activities/audit/finding.ts';

/** @param id part of the subject, such as an order's ID */
export const detailsOf = (findings: readonly Finding[], id: string): string[] =>
  findings.filter(({ subject }) => subject.includes(id)).map(({ detail }) => detail);

/** Creates a discrepancy, runs the audit, and reverts it. @returns the audit's findings about the subject */
export async function provoked(
  check: () => Promise<Finding[]>,
  id: string,
  make: () => Promise<unknown>,
  undo: () => Promise<unknown>,
): Promise<string[]> {
  expect(detailsOf(await check(), id)).toEqual([]);
  await make();
  try {
    return detailsOf(await check(), id);
  } finally {
    await undo();
    expect(detailsOf(await check(), id)).toEqual([]);
  }
}
