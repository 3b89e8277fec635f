/** Timeouts and retries, each with its reason. */
import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';

/**
 * One short idempotent transaction in PostgreSQL or Redis: milliseconds when well, so 10 s means a lost connection. Past 5 s of
 * backing off the wait becomes a timer, so that the workflow task isn't kept open. After 10 minutes it fails, and
 * so does the update that asked for it, which can be sent again. It is not shown as stopped: that is for steps of `StuckSteps.retry`.
 */
export const quickSteps: LocalActivityOptions = {
  startToCloseTimeout: '10 seconds',
  scheduleToCloseTimeout: '10 minutes',
  localRetryThreshold: '5 seconds',
  // The SDK does not hold local activities to the time above while they are retried: the attempts it takes are counted.
  retry: {
    initialInterval: '100 milliseconds',
    backoffCoefficient: 2,
    maximumInterval: '30 seconds',
    maximumAttempts: 28,
  },
};

/**
 * The same where somebody waits for the answer, or where `patientSteps` come after it: a short outage is bridged, and nothing is added
 * to the history for it.
 */
export const shortSteps: LocalActivityOptions = {
  startToCloseTimeout: '10 seconds',
  scheduleToCloseTimeout: '15 seconds',
  localRetryThreshold: '15 seconds',
  retry: {
    initialInterval: '100 milliseconds',
    backoffCoefficient: 2,
    maximumInterval: '2 seconds',
    maximumAttempts: 10,
  },
};

/**
 * A step that must succeed, after short attempts did not: retried by Temporal, and begun again each day, until it does. The history grows by
 * one activity a day, and the next attempt comes within a minute of the end of an outage.
 */
export const patientSteps: ActivityOptions = {
  taskQueue: 'orders',
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '1 day',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
};

/** A call to Stripe that nobody waits for on a page. After a minute without success staff see it; `patientStripeSteps` go on. */
export const stripeSteps: ActivityOptions = {
  taskQueue: 'payments',
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '1 minute',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '10 seconds' },
};

/** As `patientSteps`: an outage of Stripe must delay a refund or a cancellation, never lose it. */
export const patientStripeSteps: ActivityOptions = {
  taskQueue: 'payments',
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '1 day',
  retry: { initialInterval: '5 seconds', backoffCoefficient: 2, maximumInterval: '1 minute' },
};
