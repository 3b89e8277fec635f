/** Trains two models: one on the whole history, and for its evaluation a twin on the history before the held-out time. */
import { encodeModel } from '../../../domain/recommendations/served-model.ts';
import { artifactSize, hasArtifact, readArtifact, writeArtifact } from '../../../infra/postgres/artifacts.ts';
import type { Database } from '../../../infra/postgres/database.ts';
import { trainBlend } from '../model/blend.ts';
import type { History } from '../model/history.ts';
import { KernelPool } from '../model/kernel-pool.ts';
import { decodeHistory } from './history-codec.ts';
import type { ReportProgress, Trained, TrainInput } from './job-messages.ts';
import { historyBefore } from './split-history.ts';

/** Safe to repeat: a completely stored model is not trained again. */
export async function trainModels(db: Database, input: TrainInput, report: ReportProgress): Promise<Trained> {
  const { retrainingId, takenMs, heldOutFromMs } = input;
  const history = await readHistory(db, retrainingId);
  const beganMs = performance.now();
  const pool = new KernelPool();
  const train = async (name: 'model' | 'twin', of: () => History, endMs: number, from: number) => {
    if (await hasArtifact(db, retrainingId, name)) return;
    const onProgress = (fraction: number) =>
      report(from + fraction / 2, name === 'model' ? 'the new model' : 'the evaluation copy');
    const model = await trainBlend(pool, of(), { endMs, onProgress });
    await writeArtifact(db, retrainingId, name, () => encodeModel(model));
  };
  try {
    await train('model', () => history, takenMs, 0);
    await train('twin', () => historyBefore(history, heldOutFromMs), heldOutFromMs, 0.5);
  } finally {
    await pool.close();
  }
  return {
    seconds: (performance.now() - beganMs) / 1000,
    products: history.items.length,
    modelBytes: (await artifactSize(db, retrainingId, 'model')) ?? 0,
  };
}

/** @throws RangeError when the history no longer exists or is damaged */
export async function readHistory(db: Database, retrainingId: string): Promise<History> {
  const bytes = await readArtifact(db, retrainingId, 'history');
  if (!bytes) throw new RangeError('the exported history no longer exists; start a new retraining');
  return decodeHistory(bytes);
}
