/** Progress as lines of text, for pipes, logs and terminals that can't redraw: few, but never silent for long. */

/** Between two lines of one step while it only counts up. */
const QUIET_MS = 10_000;

export interface StepProgress {
  readonly fraction?: number;
  readonly done?: boolean;
}

/**
 * @param write takes one line
 * @param now milliseconds, for tests
 * @returns a function to tell how a step comes along
 */
export function plainProgress(
  write: (line: string) => void,
  now: () => number = Date.now,
): (step: string, message: string, progress?: StepProgress) => void {
  const began = now();
  const lastLine = new Map<string, { at: number; kind: string }>();
  return (step, message, { fraction, done = false } = {}) => {
    const last = lastLine.get(step);
    // "fetching 12 of 132 MB" and "fetching 13 of 132 MB" are of one kind: only the figures differ.
    const kind = message.replace(/[\d.]+/g, '#');
    if (!done && last && last.kind === kind && now() - last.at < QUIET_MS) return;
    lastLine.set(step, { at: now(), kind });
    const seconds = String(Math.round((now() - began) / 1000)).padStart(4);
    const percent = fraction === undefined ? '' : ` (${Math.floor(fraction * 100)} %)`;
    write(`${seconds} s  ${done ? '✔' : '·'} ${step}: ${message}${percent}`);
  };
}
