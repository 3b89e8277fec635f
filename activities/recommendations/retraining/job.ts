/**
 * The program of a training process: runs one job that its parent sends, then exits. It is separate from the worker, since training blocks
 * the event loop for seconds and needs much memory. It exits when the worker is gone.
 */
import { constants, setPriority } from 'node:os';
import pg from 'pg';
import { InfluxDb } from '../../../infra/influxdb/client.ts';
import { ArtifactDamaged } from '../../../infra/postgres/artifacts.ts';
import type { Database } from '../../../infra/postgres/database.ts';
import { connectPostgres, type Postgres } from '../../../infra/postgres/orm.ts';
import { evaluateModels } from './evaluate-models.ts';
import { exportHistory } from './export-history.ts';
import type { JobNews, JobOrder, Jobs, ReportProgress } from './job-messages.ts';
import { trainModels } from './train-models.ts';

/** Minimum time between two progress reports; the worker forwards far fewer. */
const REPORT_EVERY_MS = 200;

setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
process.once('disconnect', () => process.exit(1));
process.once('message', (order: JobOrder) => void work(order));

async function work(order: JobOrder): Promise<void> {
  let postgres: Postgres | undefined;
  try {
    postgres = await connectPostgres({ ...order.settings, POSTGRES_POOL_MAX: 2 });
    send({ type: 'done', result: await run(order, postgres.db) });
  } catch (error) {
    send({ type: 'failed', ...described(error) });
  } finally {
    await postgres?.close().catch(() => {});
    process.disconnect?.();
  }
}

function run({ name, settings, input }: JobOrder, db: Database): Promise<unknown> {
  switch (name) {
    case 'export':
      return exportHistory(db, new InfluxDb(settings), input as Jobs['export']['input'], progressReporter());
    case 'train':
      return trainModels(db, input as Jobs['train']['input'], progressReporter());
    case 'evaluate':
      return evaluateModels(
        db,
        settings.RECOMMENDATIONS_MARGIN,
        input as Jobs['evaluate']['input'],
        progressReporter(),
      );
  }
}

function progressReporter(): ReportProgress {
  let reportedAt = 0;
  return (fraction, detail) => {
    if (Date.now() - reportedAt < REPORT_EVERY_MS) return;
    reportedAt = Date.now();
    send({ type: 'progress', fraction, detail });
  };
}

function send(news: JobNews): void {
  if (process.connected) process.send?.(news);
}

/** Messages are stored in histories that many people read. PostgreSQL's own messages may quote input, so only its code is used. */
function described(error: unknown): { message: string; retryable: boolean } {
  if (error instanceof pg.DatabaseError)
    return { message: `PostgreSQL: ${[error.code, error.constraint].filter(Boolean).join(' ')}`, retryable: true };
  const message = error instanceof Error ? error.message : String(error);
  return { message, retryable: !(error instanceof ArtifactDamaged || error instanceof RangeError) };
}
