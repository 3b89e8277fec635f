import type { SearchAttributeUpdatePair } from '@temporalio/common';
import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';

/**
 * Sets the search attributes that differ from those that the workflow has. It has those of its start, of an earlier run that it continues, and
 * those that it has set itself, so that cases show the same attributes however their workflow was started.
 */
export function showAttributes(attributes: readonly SearchAttributeUpdatePair[]): void {
  const shown = workflowInfo().typedSearchAttributes;
  const changed = attributes.filter(({ key, value }) => !isSame(shown.get(key), value));
  if (changed.length > 0) upsertSearchAttributes(changed);
}

function isSame(shown: unknown, value: unknown): boolean {
  if (shown instanceof Date && value instanceof Date) return shown.getTime() === value.getTime();
  // A missing attribute is the same as one that is to be removed.
  return (shown ?? null) === (value ?? null);
}
