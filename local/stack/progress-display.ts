/** Shows the progress of a start: a list that redraws itself in a terminal, lines of text elsewhere. */
import { Listr, PRESET_TIMER } from 'listr2';
import { plainProgress } from '../../infra/plain-progress.ts';
import type { ProgressReport } from './stack.ts';

export interface ProgressDisplay {
  readonly report: ProgressReport;
  /** Stops redrawing, so that other output can follow; unfinished steps are shown as aborted. */
  end(): Promise<void>;
}

/** @param steps listed in this order; other steps that report are added as lines of text */
export function progressDisplay(steps: readonly string[]): ProgressDisplay {
  const redraws = process.stdout.isTTY && !process.env.CI && process.env.TERM !== 'dumb';
  return redraws ? liveDisplay(steps) : { report: plainProgress(console.log), end: async () => {} };
}

interface Step {
  readonly title: string;
  readonly through: PromiseWithResolvers<void>;
  show: (message: string) => void;
  message: string;
}

function liveDisplay(titles: readonly string[]): ProgressDisplay {
  const steps = new Map<string, Step>();
  for (const title of titles) {
    steps.set(title, { title, through: Promise.withResolvers<void>(), show: () => {}, message: '' });
  }
  const width = Math.max(...titles.map((title) => title.length));
  const list = new Listr(
    [...steps.values()].map((step) => ({
      title: step.title,
      task: (_context, task) => {
        step.show = (message) => {
          task.title = `${step.title.padEnd(width)}  ${message}`;
        };
        if (step.message) step.show(step.message);
        return step.through.promise;
      },
    })),
    {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      rendererOptions: {
        timer: PRESET_TIMER,
        showErrorMessage: false,
        collapseErrors: false,
        formatOutput: 'truncate',
      },
    },
  );
  const running = list.run().catch(() => {});
  return {
    report: (title, message, { fraction, done } = {}) => {
      const step = steps.get(title);
      if (!step) return;
      step.message = fraction === undefined ? message : `${message} ${bar(fraction)}`;
      step.show(step.message);
      if (done) step.through.resolve();
    },
    end: async () => {
      for (const step of steps.values()) step.through.reject(new Error(step.message || 'not started'));
      await running;
    },
  };
}

function bar(fraction: number): string {
  const cells = 20;
  const full = Math.round(Math.min(Math.max(fraction, 0), 1) * cells);
  return `${'█'.repeat(full)}${'░'.repeat(cells - full)} ${Math.floor(fraction * 100)} %`;
}
