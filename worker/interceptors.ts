import { errors } from '@elastic/elasticsearch';
import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInboundCallsInterceptor, ActivityInterceptorsFactory } from '@temporalio/worker';
import pg from 'pg';
import Stripe from 'stripe';
import { DomainError, type ErrorCode } from '../domain/errors.ts';
import type { Logger } from '../infra/logger.ts';
import { isStoreUnavailable } from '../infra/unavailable.ts';

/** Converts errors of activities into Temporal failures, and logs them without personal data. */
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

/** Whether PostgreSQL rejected the data, which no retry changes. A unique violation can result from concurrent inserts, so it is retried. */
function isRefusal({ code }: pg.DatabaseError): boolean {
  return code !== undefined && /^2[23]/.test(code) && code !== UNIQUE_VIOLATION;
}

const UNIQUE_VIOLATION = '23505';

/**
 * Failure messages are stored unencrypted in histories that many people read, so they must never quote input. Failure details are
 * payloads, which are encrypted.
 */
function toFailure(error: unknown): unknown {
  if (error instanceof DomainError) {
    const cause = error.cause === undefined ? undefined : toFailure(error.cause);
    return ApplicationFailure.create({
      type: error.code,
      message: error.message,
      nonRetryable: !error.retryable,
      details: [error.details],
      cause: cause instanceof Error ? cause : undefined,
    });
  }
  if (error instanceof Stripe.errors.StripeError) {
    const what = error.code ?? error.type;
    const isAway = error instanceof Stripe.errors.StripeConnectionError || (error.statusCode ?? 0) >= 500;
    return ApplicationFailure.create({
      type: error.type,
      message: isAway
        ? `Stripe can’t be reached (${what}).`
        : `Stripe: ${what} (${error.requestId ?? 'no request id'})`,
    });
  }
  if (error instanceof errors.ElasticsearchClientError) {
    // Elasticsearch's own message may contain the document.
    const what =
      error instanceof errors.ResponseError
        ? `Elasticsearch: ${error.statusCode}`
        : `Elasticsearch can’t be reached (${error.name}).`;
    return ApplicationFailure.create({ type: error.name, message: what });
  }
  // The API turns this code into a 503, so the client may send the same request again.
  if (isStoreUnavailable(error)) {
    const { code, name } = error as { code?: unknown; name?: unknown };
    return ApplicationFailure.create({
      type: 'unavailable' satisfies ErrorCode,
      message: `PostgreSQL or Redis is unavailable (${String(code ?? name)}). Send the same request again in a moment.`,
    });
  }
  if (error instanceof pg.DatabaseError) {
    // PostgreSQL's own message may contain the value ("invalid input syntax for type …"), so use its code and constraint.
    return ApplicationFailure.create({
      type: 'postgres',
      message: `PostgreSQL: ${[error.code, error.constraint].filter(Boolean).join(' ')}`,
      nonRetryable: isRefusal(error),
    });
  }
  return error;
}
