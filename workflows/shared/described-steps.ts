/** Activities as workflows call them: each with a sentence that the Temporal UI shows beside it. */
import {
  type ActivityOptions,
  type LocalActivityOptions,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import type { Activities } from '../../activities/index.ts';

const SUMMARIES: Readonly<Record<keyof Activities, string>> = {
  reserveStock: 'Reserves the items for the customer',
  endReservation: 'Ends the reservation; unsold items return to stock',
  releaseReservation: 'Releases the reservation early',
  loadReservation: 'Reads when the reservation expires',
  extendReservation: 'Extends the reservation',
  openOrder: 'Creates the order at the reserved prices',
  loadOrder: 'Reads the order',
  loadCase: 'Reads the complete order record',
  applyPayments: 'Applies payment events from Stripe to the order',
  closeOrder: 'Closes the unpaid order; its items return to stock',
  stepOrder: 'Applies the staff update',
  recordAsked: 'Records who asked, and why',
  createPayment: 'Creates the payment at Stripe',
  checkPayment: 'Checks at Stripe whether the payment succeeded',
  cancelPayment: 'Cancels the payment at Stripe, unless it has succeeded',
  refundPayment: 'Sends the refund to Stripe',
  retrieveRefund: 'Checks the status of the refund at Stripe',
  reconcilePayment: 'Reads the payment’s charges, refunds, and disputes from Stripe',
  loadUnmatchedPayment: 'Reads the unmatched payment',
  findUnmatchedRefund: 'Checks at Stripe whether the unmatched payment was refunded manually',
  refundUnmatchedPayment: 'Refunds the unmatched payment at Stripe',
  recordUnmatchedRefund: 'Records the status of the unmatched payment’s refund',
  requestRefund: 'Checks whether the refund is allowed and needs approval',
  loadRefund: 'Reads the refund',
  recordRefund: 'Records the outcome of the refund',
  decideRefund: 'Records the approval or rejection',
  receiveReturn: 'Records the returned items',
  declineReturn: 'Records that the return was declined',
  retryRefund: 'Retries the refund',
  giveUpRefund: 'Records that the customer was paid another way',
  cancelRefund: 'Cancels the failed refund',
  cancelPaid: 'Cancels the paid order and refunds the remaining charge',
  reindexProduct: 'Reindexes the product',
  sweepOverdue: 'Ends overdue reservations and resumes overdue orders',
  startMissingWorkflows: 'Starts missing workflows of open orders and refunds',
  exportHistory: 'Exports purchases, carts, and views',
  trainModels: 'Trains the new model and a copy for the evaluation',
  evaluateModels: 'Scores the new and the served model on held-out purchases',
  publishModel: 'Publishes the new model',
  rollBackModel: 'Rolls back to an earlier model',
  discardRetraining: 'Deletes the retraining’s working data',
  readModels: 'Reads which model is served',
  audit: 'Compares PostgreSQL, Redis, and Stripe',
};

type Steps = {
  [Name in keyof Activities]: (...args: Parameters<Activities[Name]>) => Promise<Awaited<ReturnType<Activities[Name]>>>;
};

type AnyStep = (...args: unknown[]) => Promise<unknown>;
type StepName = keyof Activities & string;

/** @param make the step of one activity, which is made once */
function describing(make: (name: StepName) => AnyStep): Steps {
  const made = new Map<StepName, AnyStep>();
  return new Proxy({} as Steps, {
    get: (_, name: StepName) => {
      let step = made.get(name);
      if (!step) {
        step = make(name);
        made.set(name, step);
      }
      return step;
    },
  });
}

/** A step that must succeed: short attempts first, then one that Temporal retries until it does. `StuckSteps.retry` runs it. */
export interface DurableStep<Result> {
  short: () => Promise<Result>;
  patient: () => Promise<Result>;
}

export type DurableSteps = {
  [Name in keyof Activities]: (
    ...args: Parameters<Activities[Name]>
  ) => DurableStep<Awaited<ReturnType<Activities[Name]>>>;
};

export function durableSteps(short: Steps, patient: Steps): DurableSteps {
  const attempts = [short, patient] as unknown as [Record<string, AnyStep>, Record<string, AnyStep>];
  return new Proxy({} as DurableSteps, {
    get:
      (_, name: string) =>
      (...args: unknown[]): DurableStep<unknown> => ({
        short: () => attempts[0][name]!(...args),
        patient: () => attempts[1][name]!(...args),
      }),
  });
}

/** Run in the workflow's own task: short and idempotent. */
export function localSteps(options: LocalActivityOptions): Steps {
  return describing(
    (name) => proxyLocalActivities<Record<string, AnyStep>>({ ...options, summary: SUMMARIES[name] })[name]!,
  );
}

/** Run by a worker of the queue in the options. */
export function queuedSteps(options: ActivityOptions): Steps {
  return describing(
    (name) => proxyActivities<Record<string, AnyStep>>({ ...options, summary: SUMMARIES[name] })[name]!,
  );
}
