import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHECKOUT } from '../../local/stack/profile.ts';
import { type Mistake, withMistake } from './mistake.ts';
import { MISTAKES } from './mistakes/index.ts';

const all = Object.values(MISTAKES).flat();
const sourceOf = ({ file }: Mistake) => readFileSync(join(CHECKOUT, file), 'utf8');

describe('the mistakes for tests with real servers', () => {
  it.each(all)('$file: $what', (mistake) => {
    const source = sourceOf(mistake);
    expect(withMistake(source, mistake)).not.toBe(source);
  });

  it('are numerous, and have unique names in each file', () => {
    expect(all.length).toBeGreaterThanOrEqual(80);
    expect(new Set(all.map(({ file, what }) => `${file}: ${what}`)).size).toBe(all.length);
  });
});

describe('a mistake', () => {
  const mistake = { what: 'more', file: 'sum.ts', find: '+ 1', replace: '+ 2', tests: [] };

  it('replaces its text', () => {
    expect(withMistake('a + 1;', mistake)).toBe('a + 2;');
  });

  it('is rejected if its text is missing or occurs more than once', () => {
    expect(() => withMistake('a;', mistake)).toThrow('does not occur');
    expect(() => withMistake('a + 1 + 1;', mistake)).toThrow('occurs 2 times');
  });
});
