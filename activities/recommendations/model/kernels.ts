/** The tasks of worker threads. Large data of a task is in shared memory and is not copied. */
import { type Block, gram, multiplySmall, multiplySparse } from './block.ts';
import { type CompanionTask, findCompanions } from './companions.ts';
import type { CsrMatrix } from './csr-matrix.ts';
import { fitNeighbors, type NeighborTask } from './neighbors.ts';

export interface Range {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

export type Task = Range &
  (
    | { readonly kernel: 'multiply'; readonly matrix: CsrMatrix; readonly source: Block; readonly target: Block }
    | { readonly kernel: 'gram'; readonly block: Block }
    | { readonly kernel: 'multiplySmall'; readonly block: Block; readonly factor: Float64Array }
    | ({ readonly kernel: 'neighbors' } & NeighborTask)
    | ({ readonly kernel: 'companions' } & CompanionTask)
  );

/** @returns the Gram matrix for `gram`; the other tasks write into their target */
export function runTask(task: Task): Float64Array | undefined {
  switch (task.kernel) {
    case 'multiply':
      multiplySparse(task.matrix, task.source, task.target, task.from, task.to);
      return undefined;
    case 'gram':
      return gram(task.block, task.from, task.to);
    case 'multiplySmall':
      multiplySmall(task.block, task.factor, task.from, task.to);
      return undefined;
    case 'neighbors':
      fitNeighbors(task, task.from, task.to);
      return undefined;
    case 'companions':
      findCompanions(task, task.from, task.to);
      return undefined;
  }
}
