/** Activities as workflows call them: each with a sentence that the Temporal UI shows beside it. */
import {
  type ActivityOptions,
  type LocalActivityOptions,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import type { Activities } from '../../activities/index.ts';

const SUMMARIES: Readonly<Record<keyof Activities, string>> = {
  reserveStock: 'Reserves the items for the shopper',
  endReservation: 'Ends the reservation; unsold items go back on sale',
  releaseReservation: 'Releases the reserved items early',
  loadReservation: 'Looks up until when the items are reserved',
  extendReservation: 'Gives the shopper more time',
  openOrder: 'Writes the order down, at the prices reserved',
  loadOrder: 'Reads the order',
  loadCase: 'Reads everything known of the order',
  applyPayments: 'Reads what Stripe said of the payments, and books it',
  closeOrder: 'Ends the unpaid order; its items go back on sale',
  stepOrder: 'Does what staff asked for',
  recordAsked: 'Keeps who asked, and why',
  createPayment: 'Opens the payment at Stripe',
  checkPayment: 'Asks Stripe whether the payment went through',
  cancelPayment: 'Asks Stripe to cancel the payment, which settles whether it was paid',
  refundPayment: 'Sends the refund to Stripe',
  retrieveRefund: 'Asks Stripe how the refund stands',
  reconcilePayment: 'Asks Stripe for all that happened to the payment',
  loadUnmatchedPayment: 'Reads the unmatched payment',
  findUnmatchedRefund: 'Asks Stripe whether the unmatched payment was refunded by hand',
  refundUnmatchedPayment: 'Refunds the unmatched payment at Stripe',
  recordUnmatchedRefund: 'Records how that refund stands',
  requestRefund: 'Decides whether the refund can be made, and who must agree',
  loadRefund: 'Reads the refund',
  recordRefund: 'Books how the refund ended',
  decideRefund: 'Books the second person’s decision',
  receiveReturn: 'Books the return of the items',
  declineReturn: 'Books that the return was declined',
  retryRefund: 'Sets the refund on its way again',
  giveUpRefund: 'Records that the refund was settled in another way',
  cancelRefund: 'Cancels the failed refund',
  cancelPaid: 'Cancels the paid order, with a refund of what is left',
  reindexProduct: 'Writes the product into the search index anew',
  sweepOverdue: 'Ends what outlived its time',
  startMissingWorkflows: 'Starts the workflows that open orders and refunds lack',
  exportHistory: 'Takes a snapshot of purchases, carts and views',
  trainModels: 'Trains the new model, and its twin for the evaluation',
  evaluateModels: 'Scores it and the served model on purchases that neither has seen',
  publishModel: 'Puts the new model in the served one’s place',
  rollBackModel: 'Serves an earlier model again',
  discardRetraining: 'Removes what the retraining worked with',
  readModels: 'Looks up which model is served',
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
