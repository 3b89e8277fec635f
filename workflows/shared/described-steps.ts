/** Activities as workflows call them, by explicit lists: each with a sentence that the Temporal UI shows beside it. */
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

type Step<Name extends StepName> = (
  ...args: Parameters<Activities[Name]>
) => Promise<Awaited<ReturnType<Activities[Name]>>>;
type Steps<Name extends StepName> = { readonly [Each in Name]: Step<Each> };
type AnyStep = (...args: unknown[]) => Promise<unknown>;

export type StepName = keyof Activities & string;

/** Activities that run in the workflow's own task: short and idempotent. */
export function localSteps<Name extends StepName>(options: LocalActivityOptions, names: readonly Name[]): Steps<Name> {
  return stepsOf(
    names,
    (name) => proxyLocalActivities<Record<string, AnyStep>>({ ...options, summary: SUMMARIES[name] })[name]!,
  );
}

/** Activities that a worker of the queue in the options runs. */
export function queuedSteps<Name extends StepName>(options: ActivityOptions, names: readonly Name[]): Steps<Name> {
  return stepsOf(
    names,
    (name) => proxyActivities<Record<string, AnyStep>>({ ...options, summary: SUMMARIES[name] })[name]!,
  );
}

function stepsOf<Name extends StepName>(names: readonly Name[], make: (name: Name) => AnyStep): Steps<Name> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as unknown as Steps<Name>;
}

/** A step that must succeed: short attempts first, then one that Temporal retries until it does. `StuckSteps.retry` runs it. */
export interface DurableStep<Result> {
  short: () => Promise<Result>;
  patient: () => Promise<Result>;
}

type DurableSteps<Name extends StepName> = {
  readonly [Each in Name]: (
    ...args: Parameters<Activities[Each]>
  ) => DurableStep<Awaited<ReturnType<Activities[Each]>>>;
};

/** @param short and @param patient the same activities, with the options of the short attempts and of the last one */
export function durableSteps<Name extends StepName>(short: Steps<Name>, patient: Steps<Name>): DurableSteps<Name> {
  const [first, last] = [short, patient] as unknown as [Record<string, AnyStep>, Record<string, AnyStep>];
  const durable = (name: string) =>
    function step(...args: unknown[]): DurableStep<unknown> {
      return { short: () => first[name]!(...args), patient: () => last[name]!(...args) };
    };
  return Object.fromEntries(Object.keys(short).map((name) => [name, durable(name)])) as unknown as DurableSteps<Name>;
}
