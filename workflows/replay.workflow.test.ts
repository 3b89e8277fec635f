import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import temporalProto from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { buildWorkflowBundle } from '../worker/bundle.ts';

const saved = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter((path) =>
  /histories.[^/\\]+\.bin$/.test(path),
);
const workflowBundle = buildWorkflowBundle();

describe('histories of orders that ran before', () => {
  it('are there, of every workflow that stays for long', () => {
    expect(new Set(saved.map((path) => path.split(/[/\\]/)[0]))).toEqual(
      new Set(['checkout', 'recommendations', 'refund', 'reservation']),
    );
  });

  for (const path of saved) {
    it(`${path} goes on with the code as it is now`, async () => {
      const history = temporalProto.temporal.api.history.v1.History.decode(
        readFileSync(join(import.meta.dirname, path)),
      );
      const workflowId = history.events[0]?.workflowExecutionStartedEventAttributes?.workflowId;
      await Worker.runReplayHistory({ workflowBundle: await workflowBundle }, history, workflowId ?? undefined);
    });
  }
});
