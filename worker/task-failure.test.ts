import { describe, expect, it } from 'vitest';
import { readTaskFailure } from './task-failure.ts';

/** As Core 1.24 prints it. */
const failure = (message: string, type = '', stack = '') =>
  `Failure { failure: Some(Failure { message: "${message}", source: "", stack_trace: "${stack}", encoded_attributes: None, cause: None, failure_info: Some(ApplicationFailureInfo(ApplicationFailureInfo { r#type: "${type}", non_retryable: false, details: None }))}), force_cause: Unspecified }`;

describe('a failed workflow task, as Core logs it', () => {
  it('gives the run and the kind of error, and quotes nothing', () => {
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

  it('tells a build that does not fit from an error', () => {
    const meta = { runId: 'r1', failure: failure('[TMPRL1100] Nondeterminism error: no command') };
    expect(readTaskFailure('Failing workflow task', meta)?.cause).toContain('nondeterminism');
  });

  it('is nothing else', () => {
    expect(readTaskFailure('Worker state changed', { runId: 'r1' })).toBeUndefined();
    expect(readTaskFailure('Failing workflow task', undefined)).toBeUndefined();
  });
});
