/** Timeouts and retries, each with its reason. */
import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';

/**
 * One short idempotent transaction in PostgreSQL or Redis: milliseconds when well, so 10 s means a lost connection. Retried until
 * the database is back; past 5 s of backing off the wait becomes a timer, so that the workflow task isn't kept open.
 */
export const quickSteps: LocalActivityOptions = {
  startToCloseTimeout: '10 seconds',
  localRetryThreshold: '5 seconds',
  retry: { initialInterval: '100 milliseconds', backoffCoefficient: 2, maximumInterval: '30 seconds' },
};

/**
 * A call to Stripe that nobody waits for on a page: retried until it is answered, at first after a second, at last every
 * five minutes, since an outage at Stripe must delay a refund or a cancellation, never lose it.
 */
export const stripeSteps: ActivityOptions = {
  taskQueue: 'payments',
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '5 minutes' },
};
