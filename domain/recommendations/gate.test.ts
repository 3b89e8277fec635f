import { describe, expect, it } from 'vitest';
import { type ExportFacts, heldOutFromMs, judge, type ModelScores, missingFrom, strangenessOf } from './gate.ts';

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
  it('may be worse by the margin, and not by more', () => {
    expect(contest(scores(0.0951), scores(0.1)).isGood).toBe(true);
    expect(contest(scores(0.0949), scores(0.1)).isGood).toBe(false);
    expect(contest(scores(0.0949), scores(0.1), undefined, 0.1).isGood).toBe(true);
  });

  it('is refused for each figure alone, with what fell from what to what', () => {
    expect(contest(scores(0.071), scores(0.113)).because).toBe(
      'NDCG@10 of new items fell from .113 to .071, more than the 5 % allowed',
    );
    expect(contest(scores(0.2, 0.2), scores(0.1)).because).toContain('all items fell from .300 to .200');
    expect(contest(scores(0.2, 0.4, 0.1), scores(0.1)).because).toContain('bought together fell from .200 to .100');
  });

  it('is not judged by fewer than fifty lists, and says so', () => {
    const verdict = contest(scores(0, 0, 0, 49), scores(0.1));
    expect(verdict.isGood).toBe(true);
    expect(verdict.because).toContain('too few lists to compare: new items (49)');
    expect(contest(scores(0, 0, 0, 50), scores(0.1)).isGood).toBe(false);
  });

  it('is refused, however good, when the served one lost half of what it could', () => {
    const verdict = contest(scores(0.9, 0.9, 0.9), scores(0.04), scores(0.1));
    expect(verdict.isGood).toBe(false);
    expect(verdict.because).toContain('fell from .100 to .040');
    expect(contest(scores(0.9, 0.9, 0.9), scores(0.06), scores(0.1)).isGood).toBe(true);
  });
});

describe('an export', () => {
  it('looks like the shop when nothing is out of proportion', () => {
    expect(strangenessOf(FACTS, undefined)).toBeUndefined();
    expect(strangenessOf(FACTS, 20_000)).toBeUndefined();
    expect(missingFrom(FACTS)).toBeUndefined();
  });

  it.each([
    ['under half', FACTS, 20_001],
    ['future', { ...FACTS, lastMs: FACTS.takenMs + 3_600_001 }, undefined],
    ['one product is in 30.1 %', { ...FACTS, mostOfProduct: 3_010 }, undefined],
    ['one shopper has 40 %', { ...FACTS, mostOfShopper: 4_000 }, undefined],
  ])('is strange: %s', (words, facts, servedLines) => {
    expect(strangenessOf(facts, servedLines)).toContain(words);
  });

  it('of a small shop may be lopsided', () => {
    expect(strangenessOf({ ...FACTS, lines: 1_000, mostOfProduct: 900 }, undefined)).toBeUndefined();
    expect(strangenessOf({ ...FACTS, products: 50, mostOfProduct: 9_000 }, undefined)).toBeUndefined();
  });

  it('without purchases of two times trains nothing', () => {
    expect(missingFrom({ ...FACTS, lines: 0 })).toContain('no purchases');
    expect(missingFrom({ ...FACTS, firstMs: FACTS.lastMs })).toContain('no purchases');
  });
});

it('holds out the last 31 days, or a fifth of what is shorter than 155', () => {
  expect(heldOutFromMs({ firstMs: 0, lastMs: 200 * DAY_MS })).toBe(169 * DAY_MS);
  expect(heldOutFromMs({ firstMs: 0, lastMs: 155 * DAY_MS })).toBe(124 * DAY_MS);
  expect(heldOutFromMs({ firstMs: 0, lastMs: 100 * DAY_MS })).toBe(80 * DAY_MS);
});
