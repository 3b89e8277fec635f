/**
 * Replays every history of the Temporal server in the settings (TEMPORAL_ADDRESS, PAYLOAD_KEYS). This is a separate program because
 * `tests/run.ts` must not load the worker's dependencies. Exits with 1 when a history does not replay.
 */
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { readSome } from '../infra/config.ts';
import { connectTemporal } from '../infra/temporal/client.ts';
import { buildWorkflowBundle } from '../worker/bundle.ts';
import { describeReplay, replayServer } from './support/replay.ts';
import { REPLAY_PROGRESS } from './support/replay-progress.ts';

const PROGRESS_MS = 5_000;

// The report lists each history that does not replay; Core and the SDK would log it again, with the stacks in its payloads.
Runtime.install({
  logger: new DefaultLogger('ERROR', () => {}),
  telemetryOptions: { logging: { forward: {}, filter: 'ERROR' } },
});
const settings = readSome(['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'PAYLOAD_KEYS'], process.env);
const { client, connection } = await connectTemporal(settings);
let reportedAt = Date.now();
const report = await replayServer(client, {
  settings,
  workflowBundle: await buildWorkflowBundle(),
  onProgress: (done, total) => {
    if (Date.now() - reportedAt < PROGRESS_MS) return;
    reportedAt = Date.now();
    console.error(`${REPLAY_PROGRESS}${done} of ${total} histories`);
  },
});
await connection.close();
console.log(describeReplay(report));
process.exitCode = report.problems.length === 0 ? 0 : 1;
