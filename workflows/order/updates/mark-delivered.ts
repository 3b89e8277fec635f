import { optional, requiredText } from '../../shared/staff.ts';
import { markDeliveredUpdate, type OrderRequest, type UpdateResult } from '../messages.ts';
import { requireStateFor, type StaffUpdate, takeStep } from './staff-update.ts';

export const markDelivered: StaffUpdate<UpdateResult, OrderRequest & { trackingNumber?: string }> = {
  definition: markDeliveredUpdate,
  description:
    'Marks the order as delivered. If several parcels are on their way, send the "trackingNumber" of the one that was delivered.',
  example: { requestId: 'parcel-1', requestedBy: 'Anna' },
  fields: {
    reason: optional(requiredText('“reason”', 500)),
    trackingNumber: optional(requiredText('“trackingNumber”', 100)),
  },
  check: requireStateFor('markDelivered'),
  handle: (order, request) =>
    takeStep(order, request, {
      action: 'markDelivered',
      ...(request.trackingNumber && { trackingNumber: request.trackingNumber.trim() }),
    }),
};
