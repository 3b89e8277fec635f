/** The checkout's activities, and where each runs. */
import { isCancellation, TemporalFailure } from '@temporalio/workflow';
import type { OpenedPayment } from '../../activities/payments/activities.ts';
import { quickSteps, stripeSteps } from '../shared/activity-options.ts';
import { localSteps, queuedSteps } from '../shared/described-steps.ts';

export const orders = localSteps(quickSteps);
export const payments = queuedSteps(stripeSteps);

/** The shopper waits for this one: at once in the workflow's own task, which saves a queue hop (measured in docs/decisions). */
const atOnce = localSteps({ startToCloseTimeout: '5 seconds', retry: { maximumAttempts: 1 } });

/** Where that fails: a few tries on the queue for payments, within the time that a page can wait. */
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

type PayableOrder = { orderId: string; totalCents: number; currency: string; paymentIntentId: string | null };

/** @returns undefined when Stripe can't be reached now */
export async function openPayment(order: PayableOrder): Promise<OpenedPayment | undefined> {
  if (order.paymentIntentId) return { paymentIntentId: order.paymentIntentId };
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
