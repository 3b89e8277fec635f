/** Core, the SDK's native part, reports a failed workflow task only by a log message, which this module parses. */

export interface TaskFailure {
  runId: string;
  cause: string;
}

const MESSAGE = 'Failing workflow task';
/** The code's commands differ from the history, so this build can't continue the workflow. */
const NONDETERMINISM = /TMPRL1100|[Nn]ondeterminism/;

/** @returns undefined for any other message */
export function readTaskFailure(message: string, meta: object | undefined): TaskFailure | undefined {
  if (message !== MESSAGE) return undefined;
  const { runId, failure } = (meta ?? {}) as { runId?: unknown; failure?: unknown };
  if (typeof runId !== 'string') return undefined;
  return { runId, cause: causeOf(String(failure ?? '')) };
}

/** Describes the error by its type and place, since its message may contain a shopper's input. */
function causeOf(failure: string): string {
  if (NONDETERMINISM.test(failure)) return 'the code is incompatible with the workflow’s history (nondeterminism)';
  const type = /ApplicationFailureInfo \{ r?#?type: "([A-Za-z]\w*)"/.exec(failure)?.[1] ?? 'an error';
  const place = /\\n\s+at ([^\\"]+)/.exec(failure)?.[1];
  return `${type} in the workflow’s code${place ? `, at ${place}` : ''}`;
}
