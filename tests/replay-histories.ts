/**
 * Replays every history of the Temporal server in the settings (TEMPORAL_ADDRESS, PAYLOAD_KEYS); a program of its own, because
 * `tests/run.ts` must stay free of what a worker brings along. Ends with 1 when one does not replay.
 */
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { readSome } from '../infra/config.ts';
import { connectTemporal } from '../infra/temporal/client.ts';
import { buildWorkflowBundle } from '../worker/bundle.ts';
import { describeReplay, replayServer } from './support/replay.ts';
import { REPLAY_PROGRESS } from './support/replay-progress.ts';

const PROGRESS_MS = 5_000;

// Each history that does not replay is in the report: Core and the SDK would log it again, with its payloads' stack.
Runtime.install({
  logger: new DefaultLogger('ERROR', () => {}),
  telemetryOptions: { logging: { forward: {}, filter: 'ERROR' } },
});
const settings = readSome(['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'PAYLOAD_KEYS'], process.env);
const { client, connection } = await connectTemporal(settings);
let told = Date.now();
const report = await replayServer(client, {
  settings,
  workflowBundle: await buildWorkflowBundle(),
  onProgress: (done, total) => {
    if (Date.now() - told < PROGRESS_MS) return;
    told = Date.now();
    console.error(`${REPLAY_PROGRESS}${done} of ${total} histories`);
  },
});
await connection.close();
console.log(describeReplay(report));
process.exitCode = report.problems.length === 0 ? 0 : 1;
