import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import temporalProto from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { buildWorkflowBundle } from '../worker/bundle.ts';

const saved = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter((path) =>
  /histories.[^/\\]+\.bin$/.test(path),
);
/** `checkout/histories/1.4.0-paid.bin` → `1.4.0`. */
const releaseOf = (path: string): string => /histories.([^/\\-]+)-[^/\\]+\.bin$/.exec(path)?.[1] ?? path;

const workflowBundle = buildWorkflowBundle();

/** Each test run on real servers also replays the histories that it produced, whether or not any are saved: tests/support/replay.ts. */
describe('histories of releases with open workflows (docs/operations.md, “Changing workflows”)', () => {
  if (saved.length === 0) {
    const reason = 'no histories are saved, since nothing has been released yet';
    console.log(`workflows/replay.workflow.test.ts is skipped: ${reason}`);
    it.skip(reason, () => {});
  }

  const releases = new Set(saved.map((path) => releaseOf(path)));
  for (const release of releases) {
    it(`${release} has a history of every long-running workflow`, () => {
      const features = saved.filter((path) => releaseOf(path) === release).map((path) => path.split(/[/\\]/)[0]);
      expect(new Set(features)).toEqual(new Set(['order', 'recommendations', 'refund', 'reservation']));
    });
  }

  for (const path of saved) {
    it(`${path} replays with the current code`, async () => {
      const history = temporalProto.temporal.api.history.v1.History.decode(
        readFileSync(join(import.meta.dirname, path)),
      );
      const workflowId = history.events[0]?.workflowExecutionStartedEventAttributes?.workflowId;
      await Worker.runReplayHistory({ workflowBundle: await workflowBundle }, history, workflowId ?? undefined);
    });
  }
});
