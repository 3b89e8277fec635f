/** Start options of a reservation's workflow: its ID, queue, and policies. */
import type { WorkflowStart } from '../shared/start.ts';
import { type ReservationInput, reservationWorkflowId, type StockRequest } from './messages.ts';

/** The workflow starts once per ID, since a reservation that has ended can't be made again. */
export function reservationStart({ reservationId, lines }: StockRequest): WorkflowStart<ReservationInput> {
  return {
    workflowType: 'reservation',
    workflowId: reservationWorkflowId(reservationId),
    taskQueue: 'orders',
    args: [{ reservationId }],
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    staticSummary: `Reservation of ${lines.length === 1 ? 'one product' : `${lines.length} products`}`,
  };
}
