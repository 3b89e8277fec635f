import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { StaffRequest } from '../shared/staff.ts';

/** The workflow that trains, publishes and rolls back: there is one, under this id, and whoever asks for a retraining asks it. */
export const RETRAINING_ID = 'recommendation-retraining';
export const RETRAINING_SCHEDULE_ID = 'nightly-recommendation-retraining';
export const RETRAINING_QUEUE = 'recommendations';

export const RETRAINING_STAGES = ['export', 'train', 'evaluate', 'publish'] as const;
export type RetrainingStage = (typeof RETRAINING_STAGES)[number];

/** What a retraining was asked for with; at the Temporal UI's start form all of it may be left out. */
export interface RetrainingWish {
  requestedBy?: string;
  reason?: string;
  /** Publish the model even if it scores worse or the exported data looks unusual. */
  publishAnyway?: boolean;
}

export interface RetrainingInput extends RetrainingWish {
  /** Left out: train at once. */
  train?: boolean;
  /** What the run before hands on. */
  carried?: CarriedState;
}

export interface CarriedState {
  last?: LastRetraining;
  /** Answers to the newest requests, by their ids. */
  answers?: readonly (readonly [string, RetrainingAnswer])[];
}

export interface LastRetraining {
  outcome: 'published' | 'kept' | 'canceled' | 'failed';
  /** How it ended and why. */
  sentence: string;
  at: string;
}

/** What an activity tells while it works. */
export interface RetrainingProgress {
  retrainingId: string;
  stage: RetrainingStage;
  /** 0–1. */
  fraction: number;
  /** Such as "120,000 lines". */
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
/** From a workflow that was started under another id. */
export const retrainSignal = defineSignal<[RetrainingWish]>('retrain');
export const progressSignal = defineSignal<[RetrainingProgress]>('progress');
export const retrainingQuery = defineQuery<RetrainingView>('retraining');

export type RetrainingEnd = 'handed_over' | 'refused';
