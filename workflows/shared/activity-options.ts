/** Timeouts and retries, each with its reason. */
import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';

/**
 * One short idempotent transaction in PostgreSQL or Redis: milliseconds when well, so 10 s means a lost connection. Past 5 s of
 * backing off the wait becomes a timer, so that the workflow task isn't kept open. After 10 minutes staff see that it stopped.
 */
export const quickSteps: LocalActivityOptions = {
  startToCloseTimeout: '10 seconds',
  scheduleToCloseTimeout: '10 minutes',
  localRetryThreshold: '5 seconds',
  retry: { initialInterval: '100 milliseconds', backoffCoefficient: 2, maximumInterval: '30 seconds' },
};

/**
 * A call to Stripe that nobody waits for on a page: retried by itself through a short outage. After 10 minutes the workflow
 * waits where staff see it, and goes on trying (`persevere`), since an outage must delay a refund, never lose it.
 */
export const stripeSteps: ActivityOptions = {
  taskQueue: 'payments',
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '10 minutes',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
};
