/** Runs a program to completion and passes on its output line by line. */
import { spawn } from 'node:child_process';

export interface RunOptions {
  readonly cwd?: string;
  /** Added to this process's environment; undefined removes a variable. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Called with every line of stdout and stderr; a carriage return also ends a line, because progress bars use it. */
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
  /** User and group to run as; only root may. */
  readonly account?: { readonly uid: number; readonly gid: number };
}

/** A program failed; the message has the command and its last output. */
export class RunError extends Error {
  override name = 'RunError';
  readonly lines: readonly string[];

  constructor(message: string, lines: readonly string[]) {
    super(message);
    this.lines = lines;
  }
}

/**
 * Runs a program and waits.
 * @returns its standard output
 * @throws RunError when it can't be run, fails, or is interrupted
 */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { cwd, environment, onLine, signal, account } = options;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A separate process group, so that an interrupt reaches the compilers and downloads that it started.
      detached: true,
      ...(account && { uid: account.uid, gid: account.gid }),
    });
    const interrupt = () => child.pid !== undefined && killGroup(child.pid);
    signal?.addEventListener('abort', interrupt, { once: true });
    process.once('exit', interrupt);

    const recent: string[] = [];
    const takeLine = (line: string) => {
      if (line.trim() === '') return;
      recent.push(line);
      if (recent.length > 20) recent.shift();
      onLine?.(line);
    };
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    splitLines(child.stdout, takeLine);
    splitLines(child.stderr.setEncoding('utf8'), takeLine);

    const settle = (problem?: string) => {
      signal?.removeEventListener('abort', interrupt);
      process.removeListener('exit', interrupt);
      if (signal?.aborted) reject(signal.reason);
      else if (problem === undefined) resolve(output);
      else reject(new RunError(`${[command, ...args].join(' ')} ${problem}`, recent));
    };
    child.once('error', (error) => settle(`could not be run: ${error.message}`));
    child.once('close', (code, killedBy) => {
      if (code === 0) settle();
      else
        settle(
          `${killedBy ? `was stopped by ${killedBy}` : `failed with code ${code}`}${recent.length ? `: ${recent.slice(-4).join(' | ')}` : ''}`,
        );
    });
  });
}

function splitLines(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let rest = '';
  stream.on('data', (text: string) => {
    const lines = (rest + text).split(/[\r\n]+/);
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
  stream.on('end', () => take(rest));
}

function killGroup(groupId: number): void {
  try {
    process.kill(-groupId, 'SIGTERM');
  } catch {
    // It has already exited.
  }
}
