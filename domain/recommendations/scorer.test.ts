import { describe, expect, it } from 'vitest';
import { Scorer, type Suggestion } from './scorer.ts';
import type { ServedModel } from './served-model.ts';
import type { Signal } from './signals.ts';

const DAY_MS = 86_400_000;
const NOW_MS = 1_000 * DAY_MS;
const [TEA, POT, CUP, LAMP, RUG] = [0, 1, 2, 3, 4];

/** Tea recommends a pot and a cup, a pot recommends a cup and tea, and a lamp counts against a rug. All values are exact in 32 bits. */
const MODEL: ServedModel = {
  trainedUntilMs: NOW_MS,
  items: ['tea', 'pot', 'cup', 'lamp', 'rug'],
  influence: {
    starts: Int32Array.of(0, 2, 4, 4, 5, 5),
    indices: Int32Array.of(POT, CUP, CUP, TEA, RUG),
    values: Float32Array.of(0.5, 0.25, 0.375, 0.125, -0.5),
  },
  companions: {
    count: 2,
    indices: Int32Array.of(POT, CUP, TEA, -1, -1, -1, RUG, TEA, CUP, -1),
    scores: Float32Array.of(0.75, 0.25, 0.5, 9, 9, 9, 0.5, 0.125, 0.5, 9),
  },
  novelty: Float32Array.of(1, 1, 0.5, 1, 1),
  sellingNow: Float32Array.of(0.5, 0.25, 0.125, 2, 1),
  popular: Int32Array.of(RUG, LAMP, CUP, POT, TEA),
};

const scorer = new Scorer(MODEL);
const signal = (kind: Signal['kind'], item: number, ageDays = 0): Signal => ({
  kind,
  item,
  timeMs: NOW_MS - ageDays * DAY_MS,
});
const bought = (item: number, ageDays = 0) => signal('purchase', item, ageDays);
const shown = (suggestions: readonly Suggestion[]) =>
  suggestions.map(({ item, score, because }) => [MODEL.items[item], score, MODEL.items[because] ?? null]);

describe('items that are new to a shopper', () => {
  const newItems = (signals: readonly Signal[], count = 2) => shown(scorer.newItems(signals, NOW_MS, count));

  it('are those that their purchases recommend, with less weight for popular items', () => {
    expect(newItems([bought(TEA)])).toEqual([
      ['pot', 0.5, 'tea'],
      ['cup', 0.125, 'tea'],
    ]);
    expect(newItems([bought(TEA)], 1)).toEqual([['pot', 0.5, 'tea']]);
  });

  it('are scored over all signals, and name the largest contributor', () => {
    expect(newItems([bought(TEA), bought(POT)], 1)).toEqual([['cup', 0.3125, 'pot']]);
  });

  it('count each item once, by its strongest signal', () => {
    expect(newItems([signal('view', TEA), bought(TEA), signal('cart', TEA)])).toEqual(newItems([bought(TEA)]));
    expect(newItems([signal('view', TEA, 7), signal('view', TEA)])).toEqual(newItems([signal('view', TEA)]));
  });

  it('count for less after a mere view', () => {
    const [[name, score] = []] = newItems([signal('view', TEA)], 1);
    expect(name).toBe('pot');
    expect(score).toBeCloseTo(0.15, 12);
  });

  it('never include purchased items, but may include viewed ones', () => {
    expect(newItems([bought(TEA), bought(POT)], 5).map(([name]) => name)).toEqual(['cup', 'rug', 'lamp']);
    expect(newItems([signal('view', POT)], 5).map(([name]) => name)).toContain('tea');
    expect(newItems([bought(TEA), signal('view', POT)], 1)).toEqual([['pot', 0.5, 'tea']]);
  });

  it('are filled up with bestsellers, without a reason, each once', () => {
    expect(newItems([bought(TEA)], 4)).toEqual([
      ['pot', 0.5, 'tea'],
      ['cup', 0.125, 'tea'],
      ['rug', 0, null],
      ['lamp', 0, null],
    ]);
    expect(newItems([], 2)).toEqual([
      ['rug', 0, null],
      ['lamp', 0, null],
    ]);
  });

  it('don’t depend on earlier queries for other shoppers', () => {
    newItems([bought(POT), bought(LAMP)]);
    expect(newItems([bought(TEA)])).toEqual([
      ['pot', 0.5, 'tea'],
      ['cup', 0.125, 'tea'],
    ]);
  });
});

describe('items for a shopper', () => {
  const anyItems = (signals: readonly Signal[], count = 3) => shown(scorer.anyItems(signals, NOW_MS, count));

  it('include repeat purchases, which score higher for better sellers and more recent purchases', () => {
    expect(anyItems([bought(TEA)])).toEqual([
      ['pot', 1.5, 'tea'],
      ['cup', 0.75, 'tea'],
      ['tea', 0.5, 'tea'],
    ]);
    expect(anyItems([bought(TEA, 180)])[2]).toEqual(['tea', 0.25, 'tea']);
    expect(anyItems([bought(TEA), bought(TEA, 180), bought(TEA, 180)])[1]).toEqual(['tea', 1, 'tea']);
  });

  it('don’t include items that they only viewed', () => {
    expect(anyItems([signal('cart', LAMP), signal('view', LAMP)], 1)).toEqual([['rug', 0, null]]);
  });

  it('include repeat purchases despite negative influence', () => {
    expect(anyItems([bought(LAMP), bought(RUG)], 2)).toEqual([
      ['lamp', 2, 'lamp'],
      ['rug', 1, 'rug'],
    ]);
  });

  it('are filled up with bestsellers', () => {
    expect(anyItems([bought(RUG)], 3)).toEqual([
      ['rug', 1, 'rug'],
      ['lamp', 0, null],
      ['cup', 0, null],
    ]);
  });
});

describe('items that go with other items', () => {
  it('were bought together with them, and exclude them', () => {
    expect(shown(scorer.goesWith([TEA, LAMP], 5))).toEqual([
      ['pot', 0.75, 'tea'],
      ['rug', 0.5, 'lamp'],
      ['cup', 0.25, 'tea'],
    ]);
    expect(shown(scorer.similarItems(POT, 5))).toEqual([['tea', 0.5, 'pot']]);
    expect(shown(scorer.similarItems(TEA, 1))).toEqual([['pot', 0.75, 'tea']]);
    expect(scorer.goesWith([CUP], 5)).toEqual([]);
  });

  it('are filled up with bestsellers only on request, and exclude the items themselves', () => {
    expect(shown(scorer.similarItems(POT, 3, true))).toEqual([
      ['tea', 0.5, 'pot'],
      ['rug', 0, null],
      ['lamp', 0, null],
    ]);
    expect(shown(scorer.goesWith([RUG, CUP], 9, true)).map(([name]) => name)).toEqual(['lamp', 'pot', 'tea']);
  });
});
