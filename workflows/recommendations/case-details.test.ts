/** The details of the retraining workflow. */
import { describe, expect, it } from 'vitest';
import type { CurrentRetraining, RetrainingCase } from './case.ts';
import { describeRetraining } from './case-details.ts';

const figure = (mean: number) => ({ mean, low: 0, high: 1, count: 100 });
const SCORES = { newItems: figure(0.1), anyItems: figure(0.2), together: figure(0.3), coverage: 0.5 };
const BETTER = { newItems: figure(0.11), anyItems: figure(0.22), together: figure(0.33), coverage: 0.6 };
const FACTS = { lines: 9, baskets: 4, carts: 3, views: 2, shoppers: 5, products: 6 };

function current(facts: object = {}): CurrentRetraining {
  return {
    retrainingId: 't1',
    modelId: 'm2',
    request: { requestedBy: 'Anna', reason: 'New *season*' },
    stage: 'evaluate',
    fraction: 0.256,
    detail: '12 of 50 shoppers',
    exported: { facts: FACTS },
    trained: { products: 6, seconds: 1.26, modelBytes: 2_340_000 },
    ...facts,
  } as unknown as CurrentRetraining;
}

/** @returns the paragraphs of the details, without the heading */
function pageOf(facts: Partial<Record<keyof RetrainingCase, unknown>>): string[] {
  const [heading, ...parts] = describeRetraining(facts as unknown as RetrainingCase).split('\n\n');
  expect(heading).toBe('### Recommendation model');
  return parts;
}

const SERVING = { modelId: 'm1', since: '2026-11-01T10:00:00.000Z', before: 'm0' };

describe('the served model', () => {
  it('is shown with the other available models', () => {
    expect(pageOf({})[0]).toBe('Loading the served model.');
    expect(pageOf({ models: { serving: null, kept: [] } })[0]).toBe(
      'No model is served yet, so customers see bestsellers.',
    );
    expect(pageOf({ models: { serving: SERVING, kept: ['m1'] } })[0]).toBe(
      'Served: **m1** since 2026-11-01 10:00 UTC.',
    );
    expect(pageOf({ models: { serving: SERVING, kept: ['m1', 'm0', 'm-1'] } })[0]).toBe(
      'Served: **m1** since 2026-11-01 10:00 UTC. Other available models: `m0`, `m-1`.',
    );
  });
});

describe('a retraining', () => {
  it('has never run before the first model', () => {
    expect(pageOf({ models: { serving: null, kept: [] } }).slice(1)).toEqual([
      'No model has been trained yet.',
      '**What you can do now** (Send an Update): `retrain` (train a new model)',
    ]);
  });

  it('is about to begin', () => {
    expect(pageOf({ request: {} }).slice(1)).toEqual([
      'A retraining is about to start.',
      'No action is available right now.',
    ]);
  });

  it('has ended and can be rolled back', () => {
    const last = { outcome: 'published', sentence: 'published as *m1*', at: '2026-11-01T10:00:00.000Z' };
    expect(pageOf({ last, models: { serving: SERVING, kept: ['m1', 'm0'] } }).slice(1)).toEqual([
      '**Last retraining** (2026-11-01 10:00 UTC): published as \\*m1\\*.',
      '**What you can do now** (Send an Update): `retrain` (train a new model), `rollback` (serve `m0` or another available model)',
    ]);
  });

  it('shows its stage and the results of the completed stages', () => {
    expect(pageOf({ current: current() }).slice(1)).toEqual([
      '**In progress**, requested by Anna: New \\*season\\*. New model: `m2`.',
      [
        '| Stage | State | Found |',
        '| --- | --- | --- |',
        '| Export of purchases, carts, and views | done | 9 lines of 4 baskets, 3 carts, 2 views; 5 shoppers, 6 products. |',
        '| Training of the new model and its evaluation copy | done | 6 products in 1.3 s, 2.3 MB |',
        '| Evaluation on held-out purchases | **26 %** | 12 of 50 shoppers |',
        '| Publication | not started |  |',
      ].join('\n'),
      '**What you can do now** (Send an Update): `cancelRetraining` (stop this retraining and keep the served model)',
    ]);
  });

  it('says what is unusual about the export', () => {
    const exported = { facts: { ...FACTS, withoutEvents: 'InfluxDB *away*' }, strange: 'too *few*' };
    expect(pageOf({ current: current({ exported }) })[2]).toContain(
      '6 products. Without views and carts: InfluxDB \\*away\\*. **Unusual data**: too \\*few\\*.',
    );
  });

  it('compares the new model with the served one', () => {
    const evaluated = { scores: BETTER, opponentScores: SCORES, against: 'm1', verdict: { because: 'it is *better*' } };
    const row = (facts: object) =>
      pageOf({
        current: current({ stage: 'publish', detail: undefined, evaluated: { ...evaluated, ...facts } }),
      })[2]!.split('\n');
    expect(row({})[4]).toBe(
      '| Evaluation on held-out purchases | done | Compared with m1: NDCG@10 of new items .100 → .110; NDCG@10 of all items .200 → .220; NDCG@10 of items bought together .300 → .330; coverage 50 % → 60 %. it is \\*better\\*. |',
    );
    expect(row({ against: null })[4]).toContain('Compared with bestsellers: ');
    expect(row({})[5]).toBe('| Publication | **26 %** |  |');
  });

  it('can’t be canceled or rolled back while its model is being published', () => {
    const models = { serving: SERVING, kept: ['m1'] };
    expect(pageOf({ models, current: current({ stage: 'publish' }) }).at(-1)).toBe('No action is available right now.');
    expect(pageOf({ models, current: current() }).at(-1)).toBe(
      '**What you can do now** (Send an Update): `cancelRetraining` (stop this retraining and keep the served model), `rollback` (serve `m0` or another available model)',
    );
  });

  it('says who requested it, and who canceled it', () => {
    const parts = pageOf({
      current: current({ request: { publishAnyway: true } }),
      canceledBy: { requestedBy: '*Ben*' },
    });
    expect(parts.slice(1, 4)).toEqual([
      '**In progress**, requested by the start form. New model: `m2`.',
      'The model will be published **regardless of its evaluation**, as requested.',
      '**Canceled** by \\*Ben\\*. The retraining is stopping.',
    ]);
  });

  it('shows no result of a stage that has not completed', () => {
    const parts = pageOf({
      current: current({ stage: 'export', exported: undefined, trained: undefined, detail: undefined, fraction: 0 }),
    });
    expect(parts[2]!.split('\n')[2]).toBe('| Export of purchases, carts, and views | **0 %** |  |');
    const evaluated = { scores: BETTER, opponentScores: SCORES, against: 'm1', verdict: { because: 'it is better' } };
    const untrained = pageOf({ current: current({ stage: 'publish', trained: undefined, evaluated }) });
    expect(untrained[2]!.split('\n')[3]).toBe('| Training of the new model and its evaluation copy | done |  |');
    const missing = pageOf({ current: current({ exported: undefined, trained: undefined }) });
    expect(missing[2]!.split('\n').slice(2, 4)).toEqual([
      '| Export of purchases, carts, and views | done |  |',
      '| Training of the new model and its evaluation copy | done |  |',
    ]);
  });
});
