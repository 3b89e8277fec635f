/** Calls to Temporal on behalf of a waiting page. */
import {
  ServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { DomainError, ERROR_CODES, type ErrorCode } from '../domain/errors.ts';

/** Longest that a page waits for a workflow's answer. The work itself goes on past it. */
const ANSWER_MS = 25_000;

export const answerDeadline = (): number => Date.now() + ANSWER_MS;

/**
 * Runs a call to Temporal and names its failures in the domain's words.
 * @throws DomainError with a refusal's own code; unavailable when Temporal or its workers do not answer in time
 */
export async function callWorkflow<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    const cause = error instanceof WorkflowUpdateFailedError ? error.cause : error;
    if (cause instanceof ApplicationFailure && isErrorCode(cause.type)) {
      throw new DomainError(cause.type, cause.message, {
        details: (cause.details?.[0] ?? {}) as Record<string, unknown>,
      });
    }
    if (error instanceof WorkflowNotFoundError) throw new DomainError('conflict', 'This has just ended; look again.');
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || error instanceof ServiceError) {
      throw new DomainError('unavailable', 'The order system does not answer just now; try again, nothing is lost.', {
        retryable: true,
        cause: error,
      });
    }
    throw error;
  }
}

function isErrorCode(type: string | null | undefined): type is ErrorCode {
  return (ERROR_CODES as readonly (string | null | undefined)[]).includes(type);
}
