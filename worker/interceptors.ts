import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInboundCallsInterceptor, ActivityInterceptorsFactory } from '@temporalio/worker';
import Stripe from 'stripe';
import { DomainError } from '../domain/errors.ts';
import type { Logger } from '../infra/logger.ts';

/** Turns what activities throw into failures that Temporal understands, and logs them without personal data. */
export function activityInterceptor(log: Logger): ActivityInterceptorsFactory {
  return ({ info }) => ({
    inbound: {
      async execute(input, next) {
        try {
          return await next(input);
        } catch (error) {
          log.warn(
            {
              err: error,
              activity: info.activityType,
              workflowId: info.workflowExecution?.workflowId,
              attempt: info.attempt,
            },
            'activity failed',
          );
          throw toFailure(error);
        }
      },
    } satisfies ActivityInboundCallsInterceptor,
  });
}

function toFailure(error: unknown): unknown {
  if (error instanceof DomainError) {
    return ApplicationFailure.create({
      type: error.code,
      message: error.message,
      nonRetryable: !error.retryable,
      details: [error.details],
      cause: error.cause instanceof Error ? error.cause : undefined,
    });
  }
  if (error instanceof Stripe.errors.StripeError) {
    // Histories are read by many: the code says enough, Stripe's own message can quote what was sent.
    return ApplicationFailure.create({
      type: error.type,
      message: `Stripe: ${error.code ?? error.type} (${error.requestId ?? 'no request id'})`,
    });
  }
  return error;
}
