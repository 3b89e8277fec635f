import { pino } from 'pino';

export type Logger = import('pino').Logger;

/** Structured logs on standard output. Secrets, card data, and email addresses are redacted, whatever a caller passes. */
export function createLogger(process: string, level: string): Logger {
  return pino({
    level,
    base: { process },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: [
        'email',
        'password',
        'authorization',
        'cookie',
        'client_secret',
        'clientSecret',
        'token',
        '*.email',
        '*.password',
        '*.token',
        '*.client_secret',
        '*.clientSecret',
        '*.authorization',
        '*.cookie',
      ],
      censor: '[redacted]',
    },
    serializers: { err: errorFacts, error: withoutMessage },
  });
}

/** Facts of an error of Temporal's SDK, whose message may quote a shopper's input. */
function withoutMessage(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error;
  const { type, stack = '', ...facts } = errorFacts(error) as { type: string; stack?: string };
  const { message: _, cause: __, ...rest } = facts as Record<string, unknown>;
  return { type, ...rest, at: stack.split('\n').filter((line) => /^\s+at /.test(line)) };
}

/** The loggable properties of an error. An SQL driver's `detail` and a request's body are omitted because they may contain personal data. */
function errorFacts(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code, constraint, cause } = error as { code?: unknown; constraint?: unknown; cause?: unknown };
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(code === undefined ? {} : { code }),
    ...(constraint === undefined ? {} : { constraint }),
    ...(cause instanceof Error ? { cause: errorFacts(cause) } : {}),
  };
}
