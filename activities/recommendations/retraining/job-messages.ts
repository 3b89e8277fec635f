/** What a worker and its training process say to each other. */
import type { ExportFacts, ModelScores, Verdict } from '../../../domain/recommendations/publication-check.ts';
import type { Settings } from '../../../infra/config.ts';

/** All that the process needs of the settings, and none of the shop's other secrets. */
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
  /** When the export was taken: the end of what the model knows. */
  takenMs: number;
  heldOutFromMs: number;
}
export interface Trained {
  /** Of the training of both models, whoever else was at work. */
  seconds: number;
  products: number;
  modelBytes: number;
}

export interface EvaluateInput {
  retrainingId: string;
  heldOutFromMs: number;
  /** Whoever asked wants it published whatever is found. */
  publishAnyway: boolean;
}
export interface Evaluated {
  scores: ModelScores;
  /** What it was compared with: a model's id, or null for plain popularity. */
  against: string | null;
  /** Id of the model that was served meanwhile. */
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

/** @param fraction 0–1 @param detail such as "120,000 lines" */
export type ReportProgress = (fraction: number, detail?: string) => void;

export type JobNews =
  | { type: 'progress'; fraction: number; detail?: string | undefined }
  | { type: 'done'; result: unknown }
  | { type: 'failed'; message: string; retryable: boolean };
