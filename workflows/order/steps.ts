/** The order's activities, and where each runs. */
import { isCancellation, TemporalFailure } from '@temporalio/workflow';
import type { OpenedPayment } from '../../activities/payments/activities.ts';
import { patientSteps, patientStripeSteps, shortSteps, stripeSteps } from '../shared/activity-options.ts';
import { durableSteps, localSteps, queuedSteps } from '../shared/described-steps.ts';

/** Steps for whoever waits for the answer to a message. */
export const orders = localSteps(shortSteps);
/** Steps that must succeed, and calls to Stripe that must. */
export const durable = durableSteps(orders, queuedSteps(patientSteps));
export const payments = durableSteps(queuedSteps(stripeSteps), queuedSteps(patientStripeSteps));

/** The shopper waits for this one: at once in the workflow's own task, which saves a queue hop (measured in docs/decisions). */
const atOnce = localSteps({ startToCloseTimeout: '5 seconds', retry: { maximumAttempts: 1 } });

/** Where that fails: a few attempts on the queue for payments, within the time that a page can wait. */
const patiently = queuedSteps({
  taskQueue: 'payments',
  scheduleToCloseTimeout: '12 seconds',
  startToCloseTimeout: '5 seconds',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '3 seconds' },
});

/** Support waits for these: an answer within seconds, or none. */
export const now = queuedSteps({
  taskQueue: 'payments',
  scheduleToCloseTimeout: '15 seconds',
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '3 seconds' },
});

type PayableOrder = { orderId: string; totalCents: number; currency: string };

/** @returns undefined when Stripe can't be reached now */
export async function openPayment(order: PayableOrder): Promise<OpenedPayment | undefined> {
  const request = { orderId: order.orderId, amountCents: order.totalCents, currency: order.currency };
  try {
    return await atOnce.createPayment(request);
  } catch (error) {
    if (!isFailedAttempt(error)) throw error;
  }
  try {
    return await patiently.createPayment(request);
  } catch (error) {
    if (!isFailedAttempt(error)) throw error;
    return undefined;
  }
}

/** An attempt that failed or timed out; a cancellation is neither and must pass. */
export function isFailedAttempt(error: unknown): boolean {
  return error instanceof TemporalFailure && !isCancellation(error);
}
