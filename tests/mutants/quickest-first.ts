/**
 * The order of test files for runs that end at the first failure: the file in `TEST_FIRST`, then from the fastest to the slowest. Vitest
 * itself starts with the slowest.
 */
import { statSync } from 'node:fs';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

export class QuickestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const cost = new Map(files.map((file) => [file, this.#cost(file)]));
    return [...files].sort((a, b) => cost.get(a)! - cost.get(b)!);
  }

  /** Duration of the last run in milliseconds; if unknown, the file's size in bytes, which is good enough for sorting. */
  #cost(file: TestSpecification): number {
    const first = process.env.TEST_FIRST;
    if (first && file.moduleId.endsWith(`/${first}`)) return -1;
    if (file.project.name === 'unit') return 0;
    return this.ctx.cache.getTestSpecificationResult(file)?.duration || statSync(file.moduleId).size;
  }
}
