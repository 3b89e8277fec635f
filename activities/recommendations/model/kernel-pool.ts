import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { CsrMatrix } from './csr-matrix.ts';
import type { Range, Task } from './kernels.ts';

/** With more threads, memory limits the speed, not the processors. */
const MAX_THREADS = 8;
/** Slices per thread, enough that one slow thread does not keep the others waiting. */
const SLICES_PER_THREAD = 4;

type Answer = Float64Array | undefined;

/**
 * Worker threads for the kernels. Aborting terminates the threads in the middle of their work, so that a canceled training
 * stops within milliseconds; the pool can't be used after that.
 */
export class KernelPool {
  readonly #signal: AbortSignal | undefined;
  readonly #workers: Worker[];
  readonly #close = () => void this.close();

  /** @throws the signal's reason when it is already aborted */
  constructor({ threads, signal }: { threads?: number; signal?: AbortSignal } = {}) {
    signal?.throwIfAborted();
    this.#signal = signal;
    const count = threads ?? Math.min(MAX_THREADS, availableParallelism());
    const program = new URL('./kernel-thread.ts', import.meta.url);
    // Do not inherit the flags of this process, since some, such as those of a test runner, do not work in workers.
    this.#workers = Array.from({ length: count }, () => new Worker(program, { execArgv: [] }));
    for (const worker of this.#workers) worker.setMaxListeners(0);
    signal?.addEventListener('abort', this.#close, { once: true });
  }

  /** Terminates the threads, even if they are busy. */
  async close(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#close);
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  /** Ranges of about equal work, where a row and each of its entries count as one unit. */
  slices(rows: number, matrix?: CsrMatrix): Range[] {
    const wanted = this.#workers.length * SLICES_PER_THREAD;
    const work = (row: number) => row + (matrix ? matrix.starts[row]! : 0);
    const ranges: Range[] = [];
    let from = 0;
    for (let slice = 1; slice <= wanted && from < rows; slice += 1) {
      let to = from + 1;
      const aim = (work(rows) * slice) / wanted;
      while (to < rows && work(to) < aim) to += 1;
      ranges.push({ from, to: slice === wanted ? rows : to });
      from = ranges.at(-1)!.to;
    }
    return ranges;
  }

  /**
   * Runs all tasks, each on the next free thread.
   * @param onDone called after each task with the completed fraction
   * @returns the results in the order of the tasks
   * @throws the signal's reason when it is aborted, or the error of a thread
   */
  async run(tasks: readonly Task[], onDone: (fraction: number) => void = () => {}): Promise<Answer[]> {
    const answers: Answer[] = new Array(tasks.length);
    let next = 0;
    let done = 0;
    await Promise.all(
      this.#workers.map(async (worker) => {
        while (next < tasks.length) {
          const place = next;
          next += 1;
          answers[place] = await this.#ask(worker, tasks[place]!);
          done += 1;
          onDone(done / tasks.length);
        }
      }),
    );
    return answers;
  }

  async #ask(worker: Worker, task: Task): Promise<Answer> {
    this.#signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const onExit = () => reject(this.#signal?.reason ?? new Error('a worker thread ended before its task was done'));
    worker.once('message', resolve).once('error', reject).once('exit', onExit);
    try {
      worker.postMessage(task);
      return await promise;
    } finally {
      worker.off('message', resolve).off('error', reject).off('exit', onExit);
    }
  }
}
