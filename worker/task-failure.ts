/** Core, the SDK's native part, tells of a failed workflow task by a message in its log and by nothing else. */

export interface TaskFailure {
  runId: string;
  cause: string;
}

const MESSAGE = 'Failing workflow task';
/** Differs from what the history holds: the build can't go on with it. */
const NONDETERMINISM = /TMPRL1100|[Nn]ondeterminism/;

/** @returns undefined for every other message */
export function readTaskFailure(message: string, meta: object | undefined): TaskFailure | undefined {
  if (message !== MESSAGE) return undefined;
  const { runId, failure } = (meta ?? {}) as { runId?: unknown; failure?: unknown };
  if (typeof runId !== 'string') return undefined;
  return { runId, cause: causeOf(String(failure ?? '')) };
}

/** What kind of error, and where: an error's own message may quote what a shopper sent. */
function causeOf(failure: string): string {
  if (NONDETERMINISM.test(failure)) return 'the code is incompatible with the workflow’s history (nondeterminism)';
  const type = /ApplicationFailureInfo \{ r?#?type: "([A-Za-z]\w*)"/.exec(failure)?.[1] ?? 'an error';
  const place = /\\n\s+at ([^\\"]+)/.exec(failure)?.[1];
  return `${type} in the workflow’s code${place ? `, at ${place}` : ''}`;
}
