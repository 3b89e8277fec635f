import type { StaffRequest } from '../shared/staff.ts';

/** Request of the update `retry`, which each case with a stopped step accepts. */
export interface RetryRequest extends StaffRequest {
  /** Sent by `retryStopped`: retries only what an outage stopped, and not a refund that Stripe or the bank refused. */
  onlyOutages?: boolean;
}

/** Types of refusals of that update, which `retryStopped` counts. */
export const NOTHING_STOPPED = 'nothing_stopped';
export const NEEDS_DECISION = 'needs_decision';

/** Input from the Temporal UI's start form. */
export interface RetryStoppedInput {
  requestedBy: string;
  reason: string;
  /** State of the previous run. */
  carried?: { progress: RetriedCases; pageToken?: string; total?: number };
}

/** One page of the stopped cases. */
export interface BatchRequest {
  /** Makes each retry take effect once, however often the batch runs. */
  requestId: string;
  requestedBy: string;
  reason: string;
  /** Where the list continues; undefined for its beginning. */
  pageToken?: string;
}

/** What became of the stopped cases, as numbers of cases. */
export interface RetriedCases {
  retried: number;
  /** Had already completed or continued. */
  done: number;
  /** Refunds that Stripe or the bank refused, which need a decision. */
  refused: number;
  unreachable: number;
  /** Workflow IDs of the first cases that could not be reached. */
  unreachableIds: string[];
}

export interface RetriedBatch extends RetriedCases {
  /** Number of stopped cases when the list began; undefined for a later page. */
  total?: number;
  nextPageToken?: string;
}
