/** The order's activities, and where each runs. */
import { isCancellation, TemporalFailure } from '@temporalio/workflow';
import type { OpenedPayment } from '../../activities/payments/activities.ts';
import { patientSteps, patientStripeSteps, shortSteps, stripeSteps } from '../shared/activity-options.ts';
import { durableSteps, localSteps, queuedSteps } from '../shared/described-steps.ts';

/** Steps of update handlers, whose caller waits for the response: a few attempts in the workflow's own task. */
export const short = localSteps(shortSteps, [
  'cancelPaid',
  'extendReservation',
  'openOrder',
  'recordRequest',
  'requestRefund',
  'stepOrder',
]);

const RECORDS = ['applyPayments', 'closeOrder', 'loadCase', 'loadOrder'] as const;
/** Steps that must succeed: short attempts, then patient ones. */
export const durable = durableSteps(localSteps(shortSteps, RECORDS), queuedSteps(patientSteps, RECORDS));

const PAYMENTS = ['cancelPayment', 'checkPayment', 'reconcilePayment'] as const;
/** Calls to Stripe that must succeed. */
export const durableStripe = durableSteps(
  queuedSteps(stripeSteps, PAYMENTS),
  queuedSteps(patientStripeSteps, PAYMENTS),
);

/** The shopper waits for this step: it runs once in the workflow's own task, which saves a queue hop (measured in docs/decisions). */
const once = localSteps({ startToCloseTimeout: '5 seconds', retry: { maximumAttempts: 1 } }, ['createPayment']);

/** Runs if `once` fails: a few attempts on the payments queue, within the time that a page can wait. */
const withinPage = queuedSteps(
  {
    taskQueue: 'payments',
    scheduleToCloseTimeout: '12 seconds',
    startToCloseTimeout: '5 seconds',
    retry: { initialInterval: '500 milliseconds', maximumInterval: '3 seconds' },
  },
  ['createPayment'],
);

/** Support staff wait for these steps, so they respond or fail within seconds. */
export const withinSeconds = queuedSteps(
  {
    taskQueue: 'payments',
    scheduleToCloseTimeout: '15 seconds',
    startToCloseTimeout: '10 seconds',
    retry: { initialInterval: '500 milliseconds', maximumInterval: '3 seconds' },
  },
  ['reconcilePayment'],
);

type PayableOrder = { orderId: string; totalCents: number; currency: string };

/** @returns undefined when Stripe is unavailable */
export async function openPayment(order: PayableOrder): Promise<OpenedPayment | undefined> {
  const request = { orderId: order.orderId, amountCents: order.totalCents, currency: order.currency };
  try {
    return await once.createPayment(request);
  } catch (error) {
    if (!isFailedAttempt(error)) throw error;
  }
  try {
    return await withinPage.createPayment(request);
  } catch (error) {
    if (!isFailedAttempt(error)) throw error;
    return undefined;
  }
}

/** Whether an attempt failed or timed out. A cancellation is neither, so callers rethrow it. */
export function isFailedAttempt(error: unknown): boolean {
  return error instanceof TemporalFailure && !isCancellation(error);
}
