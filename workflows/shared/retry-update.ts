/** The update `retry`, by which staff retry a step that stopped once its cause is fixed. */
import { NEEDS_DECISION, NOTHING_STOPPED, type RetryRequest } from '../retry-stopped/messages.ts';
import { refuse } from './failures.ts';
import { aFlag, type FieldCheck, optional } from './staff.ts';
import type { StuckSteps } from './stuck-steps.ts';

/** Checks of the request's own fields. */
export const RETRY_FIELDS: Readonly<Record<string, FieldCheck>> = { onlyOutages: optional(aFlag('onlyOutages')) };

/** @throws ApplicationFailure when nothing has stopped, or nothing that the request may retry */
export function requireStopped(
  stuck: Pick<StuckSteps, 'current' | 'isOutage'>,
  { onlyOutages }: Pick<RetryRequest, 'onlyOutages'>,
): void {
  if (!stuck.current) throw refuse(NOTHING_STOPPED, 'Nothing has stopped, so there is nothing to retry.');
  if (onlyOutages && !stuck.isOutage)
    throw refuse(NEEDS_DECISION, 'Stripe or the bank refused this refund. Decide what to do with it.');
}
