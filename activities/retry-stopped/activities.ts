import { heartbeat } from '@temporalio/activity';
import type { BatchRequest } from '../../workflows/retry-stopped/messages.ts';
import { type RetryDependencies, retryBatch } from './retry-batch.ts';

export function createRetryStoppedActivities(deps: RetryDependencies) {
  return {
    /**
     * Retries the cases of one page of the list of stopped cases. Safe to retry: each case records a request once, and answers it with its
     * first result.
     */
    retryStoppedBatch: (request: BatchRequest) => retryBatch(deps, request, heartbeat),
  };
}
