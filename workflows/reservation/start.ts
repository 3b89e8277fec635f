/** Start options of a reservation's workflow: its ID, queue, and policies. */
import { isUser, parseName } from '../../domain/identity.ts';
import { customerIdKey } from '../shared/search-attributes.ts';
import type { WorkflowStart } from '../shared/start.ts';
import { type ReservationInput, reservationWorkflowId, type StockRequest } from './messages.ts';

/** The workflow starts once per ID, since a reservation that has ended can't be made again. */
export function reservationStart({ reservationId, lines, owners }: StockRequest): WorkflowStart<ReservationInput> {
  return {
    workflowType: 'reservation',
    workflowId: reservationWorkflowId(reservationId),
    taskQueue: 'orders',
    args: [{ reservationId }],
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    typedSearchAttributes: owners.filter(isUser).map((owner) => ({ key: customerIdKey, value: parseName(owner).id })),
    staticSummary: `Reservation of ${lines.length === 1 ? 'one product' : `${lines.length} products`}`,
  };
}
