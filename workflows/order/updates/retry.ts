import { uiActor } from '../../../domain/identity.ts';
import { refuse } from '../../shared/failures.ts';
import { type OrderRequest, retryUpdate } from '../messages.ts';
import { short } from '../steps.ts';
import { EXAMPLE, type StaffUpdate } from './staff-update.ts';

export const retry: StaffUpdate<{ retried: string }, OrderRequest> = {
  definition: retryUpdate,
  description: 'Retries the stopped step now. Send it once the cause is fixed.',
  example: EXAMPLE,

  check(order) {
    if (!order.stuck.current) throw refuse('conflict', 'Nothing has stopped, so there is nothing to retry.');
  },

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
    return { retried };
  },
};
