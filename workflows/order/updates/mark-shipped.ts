import { optional, requiredText } from '../../shared/staff.ts';
import { markShippedUpdate, type OrderRequest, type UpdateResult } from '../messages.ts';
import { requireStateFor, type StaffUpdate, takeStep } from './staff-update.ts';

type Shipment = { carrier: string; trackingNumber: string };

export const markShipped: StaffUpdate<UpdateResult, OrderRequest & Shipment> = {
  definition: markShippedUpdate,
  description:
    'Marks the order as shipped and emails the customer. Refused while a refund of unshipped items is unfinished.',
  example: {
    requestId: 'parcel-1',
    requestedBy: 'Anna',
    carrier: 'UPS',
    trackingNumber: '1Z999AA10123456784',
  },
  fields: {
    reason: optional(requiredText('“reason”', 500)),
    carrier: requiredText('“carrier”', 100),
    trackingNumber: requiredText('“trackingNumber”', 100),
  },
  check: requireStateFor('markShipped'),
  handle: (order, request) =>
    takeStep(order, request, {
      action: 'markShipped',
      carrier: request.carrier.trim(),
      trackingNumber: request.trackingNumber.trim(),
    }),
};
