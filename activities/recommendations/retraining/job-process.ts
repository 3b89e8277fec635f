/** Runs a job of an activity in its own process. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DomainError } from '../../../domain/errors.ts';
import type { Settings } from '../../../infra/config.ts';
import {
  JOB_SETTINGS,
  type JobName,
  type JobNews,
  type JobOrder,
  type JobSettings,
  type Jobs,
  type ReportProgress,
} from './job-messages.ts';

const PROGRAM = fileURLToPath(new URL('./job.ts', import.meta.url));

/** The signal with which V8 ends the process when its memory limit is reached. */
const OUT_OF_MEMORY_SIGNAL = 'SIGABRT';

export interface JobOptions {
  settings: Settings;
  /** Aborting kills the process; once it has ended, the call rejects with the signal's reason. */
  signal: AbortSignal;
  onProgress: ReportProgress;
}

/**
 * @throws DomainError unavailable when the process was killed or a store was unavailable, so that a retry may succeed; conflict when no
 * retry can succeed
 */
export async function runJob<Name extends JobName>(
  name: Name,
  input: Jobs[Name]['input'],
  { settings, signal, onProgress }: JobOptions,
): Promise<Jobs[Name]['result']> {
  signal.throwIfAborted();
  const child = fork(PROGRAM, [], {
    execArgv: [`--max-old-space-size=${settings.RECOMMENDATIONS_MEMORY_MB}`],
    // Settings are sent by message, since other processes can read the environment and the job must not have our other settings.
    env: systemVariables(),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const kill = () => child.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  try {
    const order: JobOrder<Name> = { name, settings: picked(settings), input };
    child.send(order, () => {});
    const { news, exit } = await ended(child, onProgress);
    signal.throwIfAborted();
    if (news?.type === 'done') return news.result as Jobs[Name]['result'];
    if (news?.type === 'failed')
      throw new DomainError(news.retryable ? 'unavailable' : 'conflict', news.message, { retryable: news.retryable });
    if (exit === OUT_OF_MEMORY_SIGNAL)
      throw new DomainError('conflict', 'The training ran out of memory. Increase RECOMMENDATIONS_MEMORY_MB.');
    throw new DomainError('unavailable', `The training process ended with ${exit}.`, { retryable: true });
  } finally {
    signal.removeEventListener('abort', kill);
    kill();
  }
}

/** Resolves when the process has ended, with its last message. */
function ended(
  child: ChildProcess,
  onProgress: ReportProgress,
): Promise<{ news: JobNews | undefined; exit: number | string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ news: JobNews | undefined; exit: number | string }>();
  let last: JobNews | undefined;
  child.on('message', (news: JobNews) => {
    if (news.type === 'progress') onProgress(news.fraction, news.detail);
    else last = news;
  });
  child.once('error', reject);
  child.once('close', (code, signal) => resolve({ news: last, exit: signal ?? code ?? 'an unknown code' }));
  return promise;
}

function picked(settings: Settings): JobSettings {
  return Object.fromEntries(JOB_SETTINGS.map((name) => [name, settings[name]])) as unknown as JobSettings;
}

/** Environment variables of the system, such as paths and trusted certificates, without settings of the shop. */
function systemVariables(): NodeJS.ProcessEnv {
  const names = ['PATH', 'TZ', 'TMPDIR', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
