/** Installs the SDK's runtime, once per process: forwards its messages to our log, and emits failures of workflow tasks. */
import { EventEmitter } from 'node:events';
import { Runtime } from '@temporalio/worker';
import type { Services } from '../infra/services.ts';
import { readTaskFailure, type TaskFailure } from './task-failure.ts';

/** Emits `failed` for each workflow task that this process could not complete. */
export const taskFailures = new EventEmitter<{ failed: [TaskFailure] }>();

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;

export function installRuntime({ log }: Pick<Services, 'log'>): void {
  const write = (level: keyof typeof LEVELS, message: string, meta?: object) => {
    const failure = readTaskFailure(message, meta);
    // Core's own message quotes the error, which may contain a shopper's input.
    if (!failure) return log[LEVELS[level]]({ ...meta }, message);
    log.error({ ...failure }, 'workflow task failed');
    taskFailures.emit('failed', failure);
  };
  Runtime.install({
    logger: {
      log: write,
      trace: (message, meta) => write('TRACE', message, meta),
      debug: (message, meta) => write('DEBUG', message, meta),
      info: (message, meta) => write('INFO', message, meta),
      warn: (message, meta) => write('WARN', message, meta),
      error: (message, meta) => write('ERROR', message, meta),
    },
    telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } },
    shutdownSignals: [],
  });
}
