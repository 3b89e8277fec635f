import { optional, requiredText } from '../../shared/staff.ts';
import { markDeliveredUpdate, type OrderRequest, type UpdateResult } from '../messages.ts';
import { requireStateFor, type StaffUpdate, takeStep } from './staff-update.ts';

export const markDelivered: StaffUpdate<UpdateResult, OrderRequest> = {
  definition: markDeliveredUpdate,
  description: 'Marks the order as delivered.',
  example: { requestId: 'parcel-1', requestedBy: 'Anna' },
  fields: { reason: optional(requiredText('“reason”', 500)) },
  check: requireStateFor('markDelivered'),
  handle: (order, request) => takeStep(order, request, { action: 'markDelivered' }),
};
