/** Messages between a worker and its training process. */
import type { ExportFacts, ModelScores, Verdict } from '../../../domain/recommendations/publication-check.ts';
import type { Settings } from '../../../infra/config.ts';

/** The settings that the process needs, without the shop's other secrets. */
export const JOB_SETTINGS = [
  'POSTGRES_URL',
  'INFLUXDB_URL',
  'INFLUXDB_DATABASE',
  'INFLUXDB_USER',
  'INFLUXDB_PASSWORD',
  'INFLUXDB_TOKEN',
  'ANALYTICS_RETENTION_DAYS',
  'RECOMMENDATIONS_MARGIN',
] as const satisfies readonly (keyof Settings)[];
export type JobSettings = Pick<Settings, (typeof JOB_SETTINGS)[number]>;

export interface ExportInput {
  retrainingId: string;
}

export interface TrainInput {
  retrainingId: string;
  /** When the export was taken, which is the end of the model's training data. */
  takenMs: number;
  heldOutFromMs: number;
}
export interface Trained {
  /** Duration of the training of both models, in wall-clock time. */
  seconds: number;
  products: number;
  modelBytes: number;
}

export interface EvaluateInput {
  retrainingId: string;
  heldOutFromMs: number;
  /** Whether to publish the model regardless of its evaluation. */
  publishAnyway: boolean;
}
export interface Evaluated {
  scores: ModelScores;
  /** ID of the model that it was compared with; null for bestsellers. */
  against: string | null;
  /** ID of the model that was served during the evaluation. */
  served: string | null;
  opponentScores: ModelScores;
  verdict: Verdict;
}

export interface Jobs {
  export: { input: ExportInput; result: ExportFacts };
  train: { input: TrainInput; result: Trained };
  evaluate: { input: EvaluateInput; result: Evaluated };
}
export type JobName = keyof Jobs;

export interface JobOrder<Name extends JobName = JobName> {
  name: Name;
  settings: JobSettings;
  input: Jobs[Name]['input'];
}

/** @param fraction 0–1 @param detail for example "120,000 lines" */
export type ReportProgress = (fraction: number, detail?: string) => void;

export type JobNews =
  | { type: 'progress'; fraction: number; detail?: string | undefined }
  | { type: 'done'; result: unknown }
  | { type: 'failed'; message: string; retryable: boolean };
