import { WithStartWorkflowOperation } from '@temporalio/client';
import { type ReservationResult, reservationWorkflowId, reserveUpdate } from '../../workflows/reservation/messages.ts';
import type { SkippingTemporal } from './time-skipping.ts';

/** Starts the workflow of a reservation of one unit for ten minutes, as the API does. */
export function reserveIn({ env }: SkippingTemporal, reservationId: string): Promise<ReservationResult> {
  return env.client.workflow.executeUpdateWithStart(reserveUpdate, {
    args: [
      {
        reservationId,
        owners: ['cart:x'],
        cartId: null,
        addressHash: 'address',
        reservationSeconds: 600,
        graceSeconds: 30,
        settleSeconds: 7_200,
        lines: [{ productId: 'p1', quantity: 1 }],
      },
    ],
    updateId: 'reserve',
    startWorkflowOperation: new WithStartWorkflowOperation('reservation', {
      workflowId: reservationWorkflowId(reservationId),
      taskQueue: 'orders',
      args: [{ reservationId }],
      workflowIdConflictPolicy: 'USE_EXISTING',
    }),
  });
}
