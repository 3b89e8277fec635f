/** Mistakes that a change could make in code that only real servers exercise: each is a piece of a file, and what stands there instead. */

export interface Mistake {
  /** What the code then does wrong. */
  what: string;
  /** From the root of the checkout. */
  file: string;
  /** Occurs in the file exactly once. */
  find: string;
  replace: string;
  /** Parts of the paths of the test files that should notice it. */
  tests: readonly string[];
}

/** Tests of each activity by itself, of each run twice, and of news that comes in another order. */
export const ACTIVITY_TESTS = [
  'activities/activities.integration',
  'activities/repeated.integration',
  'activities/out-of-order',
] as const;

/** What goes wrong, the text that is replaced, and by what. */
export type Replacement = readonly [what: string, find: string, replace: string];

/** Mistakes in one file. */
export interface MistakesInFile {
  file: string;
  tests: readonly string[];
  replacements: readonly Replacement[];
}

export function mistakesOf(files: readonly MistakesInFile[]): Mistake[] {
  return files.flatMap(({ file, tests, replacements }) =>
    replacements.map(([what, find, replace]) => ({ what, file, find, replace, tests })),
  );
}

/** The file with the mistake in it. @throws when the text does not occur exactly once: the code has changed, and the list must follow */
export function withMistake(source: string, { what, file, find, replace }: Mistake): string {
  const [before, after, ...others] = source.split(find);
  if (before === undefined || after === undefined || others.length > 0) {
    const count = after === undefined ? 'does not occur' : `occurs ${others.length + 1} times`;
    throw new Error(`${file}: the text of the mistake “${what}” ${count}. Update tests/mutants/mistakes.`);
  }
  return before + replace + after;
}
