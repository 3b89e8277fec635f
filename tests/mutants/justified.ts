/** Mutants that no test needs to kill, because they change nothing that anybody could notice. Kept short: a missing test is no reason. */

export interface Justified {
  file: string;
  /** The code that is changed, and to what, as Stryker's report shows them; line breaks and indentation don't matter. */
  original: string;
  replacement: string;
  reason: string;
}

export const JUSTIFIED: readonly Justified[] = [];
