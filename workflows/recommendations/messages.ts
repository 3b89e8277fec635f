import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { StaffRequest } from '../shared/staff.ts';

/** ID of the one workflow that trains, publishes, and rolls back models; every retraining request goes to it. */
export const RETRAINING_ID = 'recommendation-retraining';
export const RETRAINING_SCHEDULE_ID = 'nightly-recommendation-retraining';
export const RETRAINING_QUEUE = 'recommendations';

export const RETRAINING_STAGES = ['export', 'train', 'evaluate', 'publish'] as const;
export type RetrainingStage = (typeof RETRAINING_STAGES)[number];

/** A request for a retraining; in the Temporal UI's start form every field is optional. */
export interface RetrainingRequest {
  requestedBy?: string;
  reason?: string;
  /** Publish the model even if it scores worse or the exported data looks unusual. */
  publishAnyway?: boolean;
}

export interface RetrainingInput extends RetrainingRequest {
  /** Whether to train at once; defaults to true. */
  train?: boolean;
  /** State of the previous run. */
  carried?: CarriedState;
}

export interface CarriedState {
  last?: LastRetraining;
  /** Results of the newest requests, by request ID. */
  answers?: readonly (readonly [string, RetrainingAnswer])[];
}

export interface LastRetraining {
  outcome: 'published' | 'kept' | 'canceled' | 'failed';
  /** The outcome and its reason. */
  sentence: string;
  at: string;
}

/** Progress that an activity reports. */
export interface RetrainingProgress {
  retrainingId: string;
  stage: RetrainingStage;
  /** 0–1. */
  fraction: number;
  /** For example "120,000 lines". */
  detail?: string;
}

export interface RetrainingView {
  stage: RetrainingStage | 'idle';
  fraction: number;
  last: LastRetraining | null;
}

export interface RetrainAnswer {
  /** false if a retraining was already in progress; it continues. */
  started: boolean;
}
export interface CancelRetrainingAnswer {
  canceled: boolean;
}
export interface RollbackAnswer {
  model: string;
}
export type RetrainingAnswer = RetrainAnswer | CancelRetrainingAnswer | RollbackAnswer;

export type RetrainRequest = StaffRequest & { publishAnyway?: boolean };
export type RollbackRequest = StaffRequest & { model?: string };

export const retrainUpdate = defineUpdate<RetrainAnswer, [RetrainRequest]>('retrain');
export const cancelRetrainingUpdate = defineUpdate<CancelRetrainingAnswer, [StaffRequest]>('cancelRetraining');
export const rollbackUpdate = defineUpdate<RollbackAnswer, [RollbackRequest]>('rollback');
/** Sent by a workflow that was started under another ID. */
export const retrainSignal = defineSignal<[RetrainingRequest]>('retrain');
export const progressSignal = defineSignal<[RetrainingProgress]>('progress');
export const retrainingQuery = defineQuery<RetrainingView>('retraining');

export type RetrainingEnd = 'handed_over';
