/** Shared parts of both commands: dates, progress, and exit codes. */
import { plainProgress } from '../../../infra/plain-progress.ts';
import { OrdersFileError } from './orders-file.ts';

/** A command that takes less than this reports no progress. */
const QUIET_MS = 2_000;

export class UsageError extends Error {
  override name = 'UsageError';
}

/**
 * The start of a day in UTC, in milliseconds.
 * @throws UsageError when the text is not a date
 */
export function readDay(option: string, text: string | undefined): number {
  const dayMs = /^\d{4}-\d\d-\d\d$/.test(text ?? '') ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(dayMs) || new Date(dayMs).toISOString().slice(0, 10) !== text) {
    throw new UsageError(`${option} must be a date such as 2011-10-08${text === undefined ? '.' : `, not "${text}".`}`);
  }
  return dayMs;
}

/** @throws UsageError when the option is missing */
export function required(option: string, value: string | undefined): string {
  if (value === undefined || value === '') throw new UsageError(`${option} is missing.`);
  return value;
}

/** Reports progress on stderr after the first two seconds. */
export function progress(): (step: string, message: string, fraction?: number) => void {
  const began = Date.now();
  const report = plainProgress((line) => console.error(line), Date.now);
  return (step, message, fraction) => {
    if (Date.now() - began >= QUIET_MS) report(step, message, { fraction });
  };
}

/** Runs a command, which Ctrl-C cancels. A usage error is printed as a sentence, any other error with its stack. */
export async function runCommand(help: string, run: (signal: AbortSignal) => Promise<void>): Promise<void> {
  if (process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h')) {
    console.log(help);
    return;
  }
  const abort = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => abort.abort());
  try {
    await run(abort.signal);
  } catch (error) {
    console.error(abort.signal.aborted ? 'Canceled.' : explain(error, help));
    process.exitCode = 1;
  }
}

function explain(error: unknown, help: string): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: string };
  if (error instanceof UsageError || code?.startsWith('ERR_PARSE_ARGS')) return `${error.message}\n\n${help}`;
  return error instanceof OrdersFileError ? error.message : (error.stack ?? error.message);
}
