/** Calls to Temporal during an HTTP request. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Client,
  ServiceError,
  type UpdateDefinition,
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { DomainError, ERROR_CODES, type ErrorCode } from '../domain/errors.ts';
import type { WorkflowStart } from '../workflows/shared/start.ts';

/** Maximum wait for a workflow's response. The workflow itself continues afterward. */
const ANSWER_MS = 25_000;

export const answerDeadline = (): number => Date.now() + ANSWER_MS;

const FAILED_PRECONDITION = 9;
const MAX_ATTEMPTS = 4;
const RETRY_AFTER_MS = 50;

/**
 * Retries a message while the workflow is completing: a workflow that completes while a message arrives repeats its last task.
 * @param call sends the message
 */
export async function untilTaken<Result>(call: () => Promise<Result>, maxAttempts = MAX_ATTEMPTS): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      const isEnding = isFailedPrecondition(error) || error instanceof WorkflowNotFoundError;
      if (!isEnding || attempt === maxAttempts) throw error;
      await delay(RETRY_AFTER_MS * attempt);
    }
  }
}

/** Whether Temporal can't deliver a message because the workflow is completing, or was terminated before its first task. */
export function isFailedPrecondition(error: unknown): boolean {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  return code === FAILED_PRECONDITION || cause?.code === FAILED_PRECONDITION;
}

/**
 * Runs a call to Temporal, with retries, and converts its failures to the domain's errors.
 * @throws DomainError with the code of a rejection; unavailable when Temporal or its workers do not respond in time
 */
export async function callWorkflow<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await untilTaken(call);
  } catch (error) {
    const cause = error instanceof WorkflowUpdateFailedError ? error.cause : error;
    if (cause instanceof ApplicationFailure && isErrorCode(cause.type)) {
      throw new DomainError(cause.type, cause.message, {
        details: (cause.details?.[0] ?? {}) as Record<string, unknown>,
      });
    }
    if (error instanceof WorkflowNotFoundError)
      throw new DomainError('conflict', 'The workflow has just completed. Reload and try again.');
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || error instanceof ServiceError) {
      throw new DomainError(
        'unavailable',
        'The order system is temporarily unavailable. Send the same request again.',
        {
          retryable: true,
          cause: error,
        },
      );
    }
    throw error;
  }
}

/**
 * Sends an update to a workflow, which is started unless it is running, and waits for the response.
 * @param updateId a repeated update with the same ID gets the first one's response
 * @throws DomainError as `callWorkflow` does
 */
export function updateWithStart<Result, Request, Input>(
  temporal: Client,
  { workflowType, ...start }: WorkflowStart<Input>,
  update: UpdateDefinition<Result, [Request]>,
  request: Request,
  updateId?: string,
): Promise<Result> {
  return callWorkflow(() =>
    temporal.withDeadline(answerDeadline(), () =>
      temporal.workflow.executeUpdateWithStart(update, {
        args: [request],
        updateId,
        // An operation can be used for one call only, so each retry needs a new one.
        startWorkflowOperation: new WithStartWorkflowOperation(workflowType, {
          ...start,
          workflowIdConflictPolicy: 'USE_EXISTING',
        }),
      }),
    ),
  );
}

function isErrorCode(type: string | null | undefined): type is ErrorCode {
  return (ERROR_CODES as readonly (string | null | undefined)[]).includes(type);
}
