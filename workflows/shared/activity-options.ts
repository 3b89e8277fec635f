/** Timeouts and retries of activities, each with its reason. */
import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';

/**
 * One short idempotent transaction in PostgreSQL or Redis. It takes milliseconds on a healthy store, so 10 s means a lost connection. A
 * backoff longer than 5 s becomes a timer, so that the workflow task isn't kept open. After 10 minutes the step fails, and so does the
 * update that runs it, which can be sent again.
 */
export const quickSteps: LocalActivityOptions = {
  startToCloseTimeout: '10 seconds',
  scheduleToCloseTimeout: '10 minutes',
  localRetryThreshold: '5 seconds',
  // The SDK does not enforce `scheduleToCloseTimeout` while it retries local activities, so the number of attempts is limited instead.
  retry: {
    initialInterval: '100 milliseconds',
    backoffCoefficient: 2,
    maximumInterval: '30 seconds',
    maximumAttempts: 28,
  },
};

/**
 * The same for steps whose caller waits for the response, or that `patientSteps` follow: the retries bridge a short outage and add
 * nothing to the history. Even if each attempt hangs, they end within a minute, after which staff see that the step is stuck.
 */
export const shortSteps: LocalActivityOptions = {
  startToCloseTimeout: '5 seconds',
  scheduleToCloseTimeout: '15 seconds',
  localRetryThreshold: '15 seconds',
  retry: {
    initialInterval: '100 milliseconds',
    backoffCoefficient: 2,
    maximumInterval: '2 seconds',
    maximumAttempts: 8,
  },
};

/**
 * A step that must succeed and whose short attempts failed: Temporal retries it, and it is scheduled again each day, until it succeeds. The
 * history grows by one activity a day, and the next attempt follows within a minute of the end of an outage.
 */
export const patientSteps: ActivityOptions = {
  taskQueue: 'orders',
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '1 day',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
};

/** A call to Stripe that no page waits for. After 40 seconds without success staff see it, and `patientStripeSteps` continue. */
export const stripeSteps: ActivityOptions = {
  taskQueue: 'payments',
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '40 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '10 seconds' },
};

/** Like `patientSteps`, for Stripe: an outage may delay a refund or a cancellation, but must never lose it. */
export const patientStripeSteps: ActivityOptions = {
  taskQueue: 'payments',
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '1 day',
  retry: { initialInterval: '5 seconds', backoffCoefficient: 2, maximumInterval: '1 minute' },
};
