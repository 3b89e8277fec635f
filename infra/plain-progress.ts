/** Progress as lines of text for pipes, logs, and terminals that can't redraw: few lines, but never a long silence. */

/** Minimum time between two lines of a step while only its figures change. */
const QUIET_MS = 10_000;

export interface StepProgress {
  readonly fraction?: number;
  readonly done?: boolean;
}

/**
 * @param write takes one line
 * @param now milliseconds, for tests
 * @returns a function that reports a step's progress
 */
export function plainProgress(
  write: (line: string) => void,
  now: () => number = Date.now,
): (step: string, message: string, progress?: StepProgress) => void {
  const began = now();
  const lastLine = new Map<string, { at: number; kind: string }>();
  return (step, message, { fraction, done = false } = {}) => {
    const last = lastLine.get(step);
    // "fetching 12 of 132 MB" and "fetching 13 of 132 MB" count as the same message because only the figures differ.
    const kind = message.replace(/[\d.]+/g, '#');
    if (!done && last && last.kind === kind && now() - last.at < QUIET_MS) return;
    lastLine.set(step, { at: now(), kind });
    const seconds = String(Math.round((now() - began) / 1000)).padStart(4);
    const percent = fraction === undefined ? '' : ` (${Math.floor(fraction * 100)} %)`;
    write(`${seconds} s  ${done ? '✔' : '·'} ${step}: ${message}${percent}`);
  };
}
