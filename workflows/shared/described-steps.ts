/** Proxies by which workflows call activities, from explicit lists; the Temporal UI shows a summary beside each call. */
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
  recordRequest: 'Records who requested it, and why',
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
  withdrawRefund: 'Withdraws the refund',
  addRefundNote: 'Adds a note to the order history',
  cancelPaid: 'Cancels the paid order and refunds the remaining charge',
  reindexProduct: 'Reindexes the product',
  retryStoppedBatch: 'Retries stopped cases',
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

type Step<Name extends StepName> = (
  ...args: Parameters<Activities[Name]>
) => Promise<Awaited<ReturnType<Activities[Name]>>>;
type Steps<Name extends StepName> = { readonly [Each in Name]: Step<Each> };
type AnyStep = (...args: unknown[]) => Promise<unknown>;

export type StepName = keyof Activities & string;

/** Local activities, which run in the workflow's own task; they must be short and idempotent. */
export function localSteps<Name extends StepName>(options: LocalActivityOptions, names: readonly Name[]): Steps<Name> {
  return stepsOf(
    names,
    (name) => proxyLocalActivities<Record<string, AnyStep>>({ ...options, summary: SUMMARIES[name] })[name]!,
  );
}

/** Activities that run on a worker of the task queue in `options`. */
export function queuedSteps<Name extends StepName>(options: ActivityOptions, names: readonly Name[]): Steps<Name> {
  return stepsOf(
    names,
    (name) => proxyActivities<Record<string, AnyStep>>({ ...options, summary: SUMMARIES[name] })[name]!,
  );
}

function stepsOf<Name extends StepName>(names: readonly Name[], make: (name: Name) => AnyStep): Steps<Name> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as unknown as Steps<Name>;
}

/** A step that must succeed: short attempts first, then one that Temporal retries until it succeeds. Run it with `StuckSteps.retry`. */
export interface DurableStep<Result> {
  short: () => Promise<Result>;
  patient: () => Promise<Result>;
}

type DurableSteps<Name extends StepName> = {
  readonly [Each in Name]: (
    ...args: Parameters<Activities[Each]>
  ) => DurableStep<Awaited<ReturnType<Activities[Each]>>>;
};

/** @param short and @param patient the same activities, with the options of the short attempts and of the patient one */
export function durableSteps<Name extends StepName>(short: Steps<Name>, patient: Steps<Name>): DurableSteps<Name> {
  const [first, last] = [short, patient] as unknown as [Record<string, AnyStep>, Record<string, AnyStep>];
  const durable = (name: string) =>
    function step(...args: unknown[]): DurableStep<unknown> {
      return { short: () => first[name]!(...args), patient: () => last[name]!(...args) };
    };
  return Object.fromEntries(Object.keys(short).map((name) => [name, durable(name)])) as unknown as DurableSteps<Name>;
}
