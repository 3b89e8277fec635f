/** The order's activities, and where each runs. */
import { isCancellation, TemporalFailure } from '@temporalio/workflow';
import type { OpenedPayment } from '../../activities/payments/activities.ts';
import { patientSteps, patientStripeSteps, shortSteps, stripeSteps } from '../shared/activity-options.ts';
import { durableSteps, localSteps, queuedSteps } from '../shared/described-steps.ts';

/** For whoever waits for the answer to a message: a few attempts in the workflow's own task. */
export const short = localSteps(shortSteps, [
  'cancelPaid',
  'extendReservation',
  'openOrder',
  'recordAsked',
  'requestRefund',
  'stepOrder',
]);

const RECORDS = ['applyPayments', 'closeOrder', 'loadCase', 'loadOrder'] as const;
/** What must succeed: short attempts, then patient ones. */
export const durable = durableSteps(localSteps(shortSteps, RECORDS), queuedSteps(patientSteps, RECORDS));

const PAYMENTS = ['cancelPayment', 'checkPayment', 'reconcilePayment'] as const;
/** Calls to Stripe that must succeed. */
export const durableStripe = durableSteps(
  queuedSteps(stripeSteps, PAYMENTS),
  queuedSteps(patientStripeSteps, PAYMENTS),
);

/** The shopper waits for this one: once in the workflow's own task, which saves a queue hop (measured in docs/decisions). */
const once = localSteps({ startToCloseTimeout: '5 seconds', retry: { maximumAttempts: 1 } }, ['createPayment']);

/** Where that fails: a few attempts on the queue for payments, within the time that a page can wait. */
const withinPage = queuedSteps(
  {
    taskQueue: 'payments',
    scheduleToCloseTimeout: '12 seconds',
    startToCloseTimeout: '5 seconds',
    retry: { initialInterval: '500 milliseconds', maximumInterval: '3 seconds' },
  },
  ['createPayment'],
);

/** Support waits for these: an answer within seconds, or none. */
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

/** @returns undefined when Stripe can't be reached now */
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

/** An attempt that failed or timed out; a cancellation is neither and must pass. */
export function isFailedAttempt(error: unknown): boolean {
  return error instanceof TemporalFailure && !isCancellation(error);
}
