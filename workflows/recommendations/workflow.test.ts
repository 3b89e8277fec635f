import { randomUUID } from 'node:crypto';
import type { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, type UpdateDefinition } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExportFacts, Verdict } from '../../domain/recommendations/publication-check.ts';
import { until } from '../../tests/support/shop.ts';
import { type SkippingTemporal, startOwnTemporal } from '../../tests/support/time-skipping.ts';
import {
  cancelRetrainingUpdate,
  progressSignal,
  RETRAINING_ID,
  RETRAINING_QUEUE,
  retrainingQuery,
  retrainUpdate,
  rollbackUpdate,
} from './messages.ts';

const ASKED = { requestedBy: 'Anna', reason: 'New range' };
const FACTS: ExportFacts = {
  lines: 9_000,
  shoppers: 400,
  products: 120,
  baskets: 3_000,
  carts: 5,
  views: 7,
  firstMs: 1,
  lastMs: 2,
  takenMs: 3,
  mostOfProduct: 1,
  mostOfShopper: 1,
};
const FIGURE = { mean: 0.1, low: 0.1, high: 0.1, count: 99 };
const SCORES = { newItems: FIGURE, anyItems: FIGURE, together: FIGURE, coverage: 0.2 };

// Without a cache, a workflow task sometimes exceeds its timeout of ten seconds.
const CACHED = { maxCachedWorkflows: 10 };

let temporal: SkippingTemporal;
beforeAll(async () => {
  temporal = await startOwnTemporal();
});
afterAll(() => temporal?.stop());

/** Scripted activities of a retraining. */
function scripted({ verdicts = [] as Partial<Verdict>[], strange = undefined as string | undefined } = {}) {
  const calls: string[] = [];
  const published: string[] = [];
  let train = async () => {};
  return {
    calls,
    /** Makes training wait, or fail. */
    trainBy(work: () => Promise<void>) {
      train = work;
    },
    activities: {
      readModels: async () => ({
        serving:
          published.length === 0
            ? null
            : {
                modelId: published.at(-1),
                since: '2026-01-01T00:00:00.000Z',
                report: {},
                before: published.at(-2) ?? null,
              },
        kept: [...published].reverse(),
      }),
      exportHistory: async () => ({ facts: FACTS, heldOutFromMs: 2, ...(strange && { strange }) }),
      trainModels: async () => {
        await train();
        return { seconds: 1, products: 120, modelBytes: 1_000 };
      },
      evaluateModels: async () => {
        const verdict = { isGood: true, because: 'no score is more than', comparisons: [], ...verdicts.shift() };
        const served = published.at(-1) ?? null;
        return { scores: SCORES, opponentScores: SCORES, against: served, served, verdict };
      },
      publishModel: async ({ modelId }: { modelId: string }) => {
        calls.push('publish');
        published.push(modelId);
        return { outcome: 'published' };
      },
      discardRetraining: async ({ refused }: { refused?: object }) => {
        calls.push(refused ? 'discard, report kept' : 'discard');
      },
      rollBackModel: async ({ to }: { to: string }) => {
        calls.push(`serve ${to}`);
        return { outcome: 'rolled_back', modelId: to };
      },
    },
    published,
  };
}

type Script = ReturnType<typeof scripted>;

/** Runs a workflow under the fixed ID until `work` is done, then terminates it. */
async function withRetraining(script: Script, args: unknown[], work: () => Promise<void>): Promise<void> {
  await temporal.withWorker(
    script.activities,
    async () => {
      const { workflow } = temporal.env.client;
      await workflow.start('recommendationRetraining', {
        workflowId: RETRAINING_ID,
        taskQueue: RETRAINING_QUEUE,
        args,
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      });
      try {
        await work();
      } finally {
        await workflow
          .getHandle(RETRAINING_ID)
          .terminate('the test is over')
          .catch(() => {});
      }
    },
    CACHED,
  );
}

const handle = () => temporal.env.client.workflow.getHandle(RETRAINING_ID);
const request = (more: object = {}) => ({ args: [{ requestId: randomUUID(), ...ASKED, ...more }] as [never] });
const view = () => handle().query(retrainingQuery);
const update = <Result, Request>(definition: UpdateDefinition<Result, [Request]>, options: { args: [Request] }) =>
  handle().executeUpdate(definition, options);
const endedAs = (outcome: string) =>
  until(
    async () => {
      const seen = await view();
      return seen.stage === 'idle' && seen.last?.outcome === outcome ? seen.last : undefined;
    },
    `a retraining that is ${outcome}`,
    20_000,
  );

describe('a retraining', () => {
  it('trains when started without input, keeps the served model and says why, and can be requested again', async () => {
    const script = scripted({ verdicts: [{ isGood: false, because: 'NDCG@10 of new items fell' }] });
    await withRetraining(script, [], async () => {
      const { sentence } = await endedAs('kept');
      expect(sentence).toBe('not published: no model is served yet, because NDCG@10 of new items fell');
      expect(script.calls).toEqual(['discard, report kept']);
      expect(await update(retrainUpdate, request())).toEqual({ started: true });
      expect((await endedAs('published')).sentence).toContain(script.published[0]);
      // Each retraining has its own run, which carries state over to the next.
      const isNewRun = async () => (await handle().fetchHistory()).events!.length < 30;
      await until(isNewRun, 'the next run, with a short history');
    });
  });

  it('carries out a repeated request once, even across runs', async () => {
    const script = scripted();
    await withRetraining(script, [{ train: false }], async () => {
      const twice = request({ requestId: 'r1' });
      expect(await update(retrainUpdate, twice)).toEqual({ started: true });
      await endedAs('published');
      expect(await update(retrainUpdate, twice)).toEqual({ started: true });
      await update(retrainUpdate, request());
      await until(() => script.published.length === 2, 'the second model');
      await endedAs('published');
      const rollback = request({ requestId: 'r2' });
      expect(await update(rollbackUpdate, rollback)).toEqual({ model: script.published[0] });
      await update(rollbackUpdate, rollback);
      expect(script.calls.filter((call) => call.startsWith('serve'))).toHaveLength(1);
      expect(script.published).toHaveLength(2);
    });
  });

  it('stops after an unusual export, unless `publishAnyway` is set', async () => {
    const script = scripted({ strange: 'one product is in 90 % of the export’s lines' });
    await withRetraining(script, [], async () => {
      expect((await endedAs('kept')).sentence).toContain('90 %');
      await update(retrainUpdate, request({ publishAnyway: true }));
      expect((await endedAs('published')).sentence).toContain('although one product is in 90 %');
    });
  });

  it('deletes its data when it fails permanently, and can be requested again', async () => {
    const script = scripted();
    script.trainBy(async () => {
      throw ApplicationFailure.nonRetryable('the exported history no longer exists', 'conflict');
    });
    await withRetraining(script, [], async () => {
      const { sentence } = await endedAs('failed');
      expect(sentence).toContain('failed in the stage train');
      expect(sentence).toContain('the exported history no longer exists');
      expect(script.calls).toEqual(['discard']);
    });
  });

  it('shows its progress, refuses invalid requests, and can be canceled', async () => {
    const script = scripted();
    script.trainBy(() => new Promise((resolve) => setTimeout(resolve, 3_000)));
    await withRetraining(script, [{ train: false }], async () => {
      await expect(update(cancelRetrainingUpdate, request())).rejects.toMatchObject({
        cause: { message: 'No retraining is in progress.' },
      });
      await expect(update(rollbackUpdate, request())).rejects.toMatchObject({
        cause: { message: expect.stringContaining('nothing to roll back to') },
      });
      await expect(update(retrainUpdate, request({ anyway: true }))).rejects.toMatchObject({
        cause: { message: expect.stringContaining('“anyway” is not a valid field.') },
      });
      await update(retrainUpdate, request());
      await until(async () => (await view()).stage === 'train', 'the training stage');
      expect(await update(retrainUpdate, request())).toEqual({ started: false });
      await handle().signal(progressSignal, { retrainingId: 'another', stage: 'train', fraction: 0.9 });
      expect((await handle().query(retrainingQuery)).fraction).toBe(0);
      await update(cancelRetrainingUpdate, request());
      expect((await endedAs('canceled')).sentence).toContain('by Anna (New range)');
      expect(script.calls).toEqual(['discard']);
    });
  });
});

describe('started under another ID', () => {
  it('starts the one workflow if it is not running, otherwise signals it, and completes', async () => {
    const script = scripted();
    await temporal.withWorker(
      script.activities,
      async () => {
        const { workflow } = temporal.env.client;
        const start = (args: unknown[]) =>
          workflow.execute('recommendationRetraining', {
            workflowId: `made-up-${randomUUID()}`,
            taskQueue: RETRAINING_QUEUE,
            args,
          });
        expect(await start([])).toBe('handed_over');
        await until(() => script.published.length === 1, 'the first model');
        await endedAs('published');
        expect(await start([{ reason: 'again' }])).toBe('handed_over');
        await until(() => script.published.length === 2, 'the second model');
        const refused = await start([{ publishAnyway: 'yes' }]).catch(
          (error: WorkflowFailedError) => error.cause?.message,
        );
        expect(refused).toContain('“publishAnyway” must be true or false.');
        await handle().terminate('the test is over');
      },
      CACHED,
    );
  });
});
