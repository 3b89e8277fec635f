import { describe, expect, it } from 'vitest';
import { readTaskFailure } from './task-failure.ts';

/** A message as Core 1.24 prints it. */
const failure = (message: string, type = '', stack = '') =>
  `Failure { failure: Some(Failure { message: "${message}", source: "", stack_trace: "${stack}", encoded_attributes: None, cause: None, failure_info: Some(ApplicationFailureInfo(ApplicationFailureInfo { r#type: "${type}", non_retryable: false, details: None }))}), force_cause: Unspecified }`;

describe('a failed workflow task, as Core logs it', () => {
  it('is parsed to the run and the type of error, without the error’s message', () => {
    const meta = {
      runId: 'r1',
      failure: failure(
        'no ada@example.test',
        'TypeError',
        'TypeError: no ada\\n    at keepReservation (workflow.ts:7:3)',
      ),
    };
    expect(readTaskFailure('Failing workflow task', meta)).toEqual({
      runId: 'r1',
      cause: 'TypeError in the workflow’s code, at keepReservation (workflow.ts:7:3)',
    });
  });

  it('is parsed to an incompatible build when it is nondeterminism', () => {
    const meta = { runId: 'r1', failure: failure('[TMPRL1100] Nondeterminism error: no command') };
    expect(readTaskFailure('Failing workflow task', meta)?.cause).toContain('nondeterminism');
  });

  it('is not recognized in other messages', () => {
    expect(readTaskFailure('Worker state changed', { runId: 'r1' })).toBeUndefined();
    expect(readTaskFailure('Failing workflow task', undefined)).toBeUndefined();
  });
});
