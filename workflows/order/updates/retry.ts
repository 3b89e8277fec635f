import { uiActor } from '../../../domain/identity.ts';
import type { RetryRequest } from '../../retry-stopped/messages.ts';
import { RETRY_FIELDS, requireStopped } from '../../shared/retry-update.ts';
import { retryUpdate } from '../messages.ts';
import { short } from '../steps.ts';
import { EXAMPLE, type StaffUpdate } from './staff-update.ts';

export const retry: StaffUpdate<{ retried: string }, RetryRequest> = {
  definition: retryUpdate,
  description: 'Retries the stopped step now. Send it once the cause is fixed.',
  example: EXAMPLE,

  fields: RETRY_FIELDS,
  check: (order, request) => requireStopped(order.stuck, request),

  async handle(order, { requestId, requestedBy, reason }) {
    const retried = order.stuck.current?.what ?? '';
    await short.recordRequest({
      orderId: order.orderId,
      requestId,
      type: 'retry_requested',
      message: `Retry requested: ${retried}`,
      actor: uiActor(requestedBy),
      reason,
    });
    order.stuck.retryNow();
    await order.refresh();
    return { retried };
  },
};
