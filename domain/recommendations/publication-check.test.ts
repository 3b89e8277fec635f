import { describe, expect, it } from 'vitest';
import {
  type ExportFacts,
  heldOutFromMs,
  judge,
  type ModelScores,
  missingFrom,
  named,
  percent,
  score,
  strangenessOf,
} from './publication-check.ts';

const DAY_MS = 86_400_000;

const FACTS: ExportFacts = {
  lines: 10_000,
  shoppers: 500,
  products: 200,
  baskets: 2_000,
  carts: 0,
  views: 0,
  firstMs: 0,
  lastMs: 200 * DAY_MS,
  takenMs: 200 * DAY_MS,
  mostOfProduct: 300,
  mostOfShopper: 100,
};

function scores(newItems: number, anyItems = 0.3, together = 0.2, count = 100): ModelScores {
  const figure = (mean: number) => ({ mean, low: mean, high: mean, count });
  return { newItems: figure(newItems), anyItems: figure(anyItems), together: figure(together), coverage: 0.2 };
}

const contest = (candidate: ModelScores, opponent: ModelScores, opponentAtFirst?: ModelScores, margin = 0.05) =>
  judge({ candidate, opponent, opponentAtFirst, opponentName: 'the served model m-1', margin });

describe('a new model', () => {
  it('may be worse by the margin but no more', () => {
    expect(contest(scores(0.0951), scores(0.1)).isGood).toBe(true);
    expect(contest(scores(0.0949), scores(0.1)).isGood).toBe(false);
    expect(contest(scores(0.0949), scores(0.1), undefined, 0.1).isGood).toBe(true);
    expect(contest(scores(0.25), scores(0.5), undefined, 0.5).isGood).toBe(true);
  });

  it('is refused when a single score falls, with that score’s old and new value', () => {
    expect(contest(scores(0.071), scores(0.113)).because).toBe(
      'NDCG@10 of new items fell from .113 to .071, more than the 5 % allowed',
    );
    expect(contest(scores(0.2, 0.2), scores(0.1)).because).toContain('all items fell from .300 to .200');
    expect(contest(scores(0.2, 0.4, 0.1), scores(0.1)).because).toContain('bought together fell from .200 to .100');
  });

  it('is not compared on fewer than fifty lists, and the reason says so', () => {
    const verdict = contest(scores(0, 0, 0, 49), scores(0.1));
    expect(verdict.isGood).toBe(true);
    expect(verdict.because).toContain('not compared: new items (49)');
    expect(contest(scores(0, 0, 0, 50), scores(0.1)).isGood).toBe(false);
  });

  it('is refused, however good, when the served model lost half of its score', () => {
    const verdict = contest(scores(0.9, 0.9, 0.9), scores(0.04), scores(0.1));
    expect(verdict.isGood).toBe(false);
    expect(verdict.because).toContain('fell from .100 to .040');
    expect(contest(scores(0.9, 0.9, 0.9), scores(0.06), scores(0.1)).isGood).toBe(true);
  });
});

describe('an export', () => {
  it('is plausible when nothing is out of proportion', () => {
    expect(strangenessOf(FACTS, undefined)).toBeUndefined();
    expect(strangenessOf(FACTS, 20_000)).toBeUndefined();
    expect(missingFrom(FACTS)).toBeUndefined();
  });

  it.each([
    ['less than half', FACTS, 20_001],
    ['future', { ...FACTS, lastMs: FACTS.takenMs + 3_600_001 }, undefined],
    ['one product is in 30.1 %', { ...FACTS, mostOfProduct: 3_010 }, undefined],
    ['one customer has 40 %', { ...FACTS, mostOfShopper: 4_000 }, undefined],
  ])('is strange: %s', (words, facts, servedLines) => {
    expect(strangenessOf(facts, servedLines)).toContain(words);
  });

  it('of a small shop may be unbalanced', () => {
    expect(strangenessOf({ ...FACTS, lines: 1_000, mostOfProduct: 900 }, undefined)).toBeUndefined();
    expect(strangenessOf({ ...FACTS, products: 50, mostOfProduct: 9_000 }, undefined)).toBeUndefined();
  });

  it('with all purchases at one time can’t be used for training', () => {
    expect(missingFrom({ ...FACTS, lines: 0 })).toContain('purchases are too few');
    expect(missingFrom({ ...FACTS, firstMs: FACTS.lastMs })).toContain('purchases are too few');
  });
});

it('holds out the last 31 days, or a fifth of a history shorter than 155 days', () => {
  expect(heldOutFromMs({ firstMs: 0, lastMs: 200 * DAY_MS })).toBe(169 * DAY_MS);
  expect(heldOutFromMs({ firstMs: 0, lastMs: 155 * DAY_MS })).toBe(124 * DAY_MS);
  expect(heldOutFromMs({ firstMs: 0, lastMs: 100 * DAY_MS })).toBe(80 * DAY_MS);
  expect(heldOutFromMs({ firstMs: 100 * DAY_MS, lastMs: 200 * DAY_MS })).toBe(180 * DAY_MS);
});

describe('a verdict', () => {
  it('compares each score with the opponent’s, over the smaller number of lists', () => {
    const { comparisons } = contest(scores(0.12, 0.2, 0.2, 60), scores(0.1, 0.3, 0.2, 80));
    expect(comparisons).toEqual([
      { measure: 'newItems', before: 0.1, after: 0.12, count: 60, isWorse: false },
      { measure: 'anyItems', before: 0.3, after: 0.2, count: 60, isWorse: true },
      { measure: 'together', before: 0.2, after: 0.2, count: 60, isWorse: false },
    ]);
    expect(contest(scores(0), scores(0.1, 0.3, 0.2, 49)).comparisons.map(({ isWorse }) => isWorse)).toEqual(
      Array(3).fill(undefined),
    );
  });

  it('gives the reasons for the model', () => {
    expect(contest(scores(0.1), scores(0.1))).toMatchObject({
      isGood: true,
      because: 'no score is more than 5 % below that of the served model m-1',
    });
    const few = scores(0.1, 0.3, 0.2, 10);
    expect(contest(few, scores(0.1)).because).toBe(
      'there is too little data to compare; not compared: new items (10), all items (10), items bought together (10), because at least 50 lists are needed',
    );
    expect(contest({ ...scores(0.1), together: few.together }, scores(0.1)).because).toBe(
      'no score is more than 5 % below that of the served model m-1; not compared: items bought together (10), because at least 50 lists are needed',
    );
  });

  it('names every score that fell', () => {
    expect(contest(scores(0.05, 0.1, 0.2), scores(0.1)).because).toBe(
      'NDCG@10 of new items fell from .100 to .050, NDCG@10 of all items fell from .300 to .100, more than the 5 % allowed',
    );
  });

  it('on a served model that collapsed names the score, and keeps the comparisons', () => {
    const verdict = contest(scores(0.9, 0.9, 0.9), scores(0.1, 0.14), scores(0.1, 0.3));
    expect(verdict.because).toBe(
      'the served model m-1 fell from .300 to .140 in NDCG@10 of all items, so these purchases do not resemble the ones that it was trained on',
    );
    expect(verdict.comparisons).toHaveLength(3);
  });

  it.each([
    ['half of what it could', scores(0.05), scores(0.1), true],
    ['too few lists now', scores(0.04, 0.3, 0.2, 49), scores(0.1), true],
    ['too few lists then', scores(0.04), scores(0.1, 0.3, 0.2, 49), true],
    ['just enough lists', scores(0.04, 0.3, 0.2, 50), scores(0.1, 0.3, 0.2, 50), false],
  ])('on a served model with %s', (_title, now, then, isGood) => {
    expect(contest(scores(0.9, 0.9, 0.9), now, then).isGood).toBe(isGood);
  });
});

describe('an export at the limits', () => {
  it.each([
    [{ lines: 1 }, 3, 'the export has 1 line, less than half of the 3 that the served model was trained on'],
    [{ lines: 0 }, 3, 'the export has 0 lines, less than half of the 3 that the served model was trained on'],
    [{ lastMs: FACTS.takenMs + 3_600_000 }, undefined, undefined],
    [
      { takenMs: 0, lastMs: 3_600_001 },
      undefined,
      'the export contains purchases dated in the future: 1970-01-01T01:00:00.001Z',
    ],
    [{ mostOfProduct: 3_000, mostOfShopper: 3_000 }, undefined, undefined],
    [{ mostOfProduct: 3_001 }, undefined, 'one product is in 30 % of the export’s lines, more than the plausible 30 %'],
    [
      { lines: 1_001, products: 51, mostOfShopper: 501 },
      undefined,
      'one customer has 50 % of the export’s lines, more than the plausible 30 %',
    ],
    [{ lines: 1_001, products: 50, mostOfShopper: 1_001 }, undefined, undefined],
  ])('with %j beside %s lines: %s', (facts, servedLines, words) => {
    expect(strangenessOf({ ...FACTS, ...facts }, servedLines)).toBe(words);
  });
});

it('formats scores in their usual notation', () => {
  expect([score(0.0714), score(0), score(1), score(10.05)]).toEqual(['.071', '.000', '1.000', '10.050']);
  expect([percent(0.3), percent(0.3006), percent(1)]).toEqual(['30 %', '30.1 %', '100 %']);
  expect(named('together')).toBe('NDCG@10 of items bought together');
});
