/** Mistakes that a change could introduce in code that only real servers exercise: each is a piece of a file and its replacement. */

export interface Mistake {
  /** The resulting misbehavior. */
  what: string;
  /** Relative to the root of the checkout. */
  file: string;
  /** Text that occurs exactly once in the file. */
  find: string;
  replace: string;
  /** Parts of the paths of the test files that should detect it. */
  tests: readonly string[];
}

/** Tests of each activity by itself, of each run twice, and of events out of order. */
export const ACTIVITY_TESTS = [
  'activities/activities.integration',
  'activities/repeated.integration',
  'activities/out-of-order',
] as const;

/** The misbehavior, the text to replace, and its replacement. */
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

/** Applies a mistake to a file's source. @throws when the text does not occur exactly once, so that the list must be updated */
export function withMistake(source: string, { what, file, find, replace }: Mistake): string {
  const [before, after, ...others] = source.split(find);
  if (before === undefined || after === undefined || others.length > 0) {
    const count = after === undefined ? 'does not occur' : `occurs ${others.length + 1} times`;
    throw new Error(`${file}: the text of the mistake “${what}” ${count}. Update tests/mutants/mistakes.`);
  }
  return before + replace + after;
}
