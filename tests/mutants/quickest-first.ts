/**
 * An order of test files for runs that end at the first failure: the one named by `TEST_FIRST`, then from the quickest to the slowest. Vitest
 * itself begins with those that took longest.
 */
import { statSync } from 'node:fs';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

export class QuickestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const cost = new Map(files.map((file) => [file, this.#cost(file)]));
    return [...files].sort((a, b) => cost.get(a)! - cost.get(b)!);
  }

  /** Milliseconds, as the last run took; where nothing is known, bytes, which is near enough for an order. */
  #cost(file: TestSpecification): number {
    const first = process.env.TEST_FIRST;
    if (first && file.moduleId.endsWith(`/${first}`)) return -1;
    if (file.project.name === 'unit') return 0;
    return this.ctx.cache.getTestSpecificationResult(file)?.duration || statSync(file.moduleId).size;
  }
}
