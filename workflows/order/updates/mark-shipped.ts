import { lineList, type NamedLine, readLines } from '../../refund/form.ts';
import { refuse } from '../../shared/failures.ts';
import { optional, requiredText } from '../../shared/staff.ts';
import { markShippedUpdate, type OrderRequest, type UpdateResult } from '../messages.ts';
import { requireStateFor, type StaffUpdate, takeStep } from './staff-update.ts';

type Shipment = { carrier: string; trackingNumber: string; lines?: NamedLine[] };

export const markShipped: StaffUpdate<UpdateResult, OrderRequest & Shipment> = {
  definition: markShippedUpdate,
  description:
    'Marks the order as shipped and emails the customer. To ship a part of the order, send "lines" with SKUs and quantities; the rest can ship later. Units in an unfinished refund can’t ship.',
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
    lines: optional(lineList),
  },
  check: requireStateFor('markShipped'),

  async handle(order, request) {
    await order.whenLoaded();
    const lines = request.lines && readLines(order.facts!, request.lines);
    if (typeof lines === 'string') throw refuse('invalid_request', lines);
    return takeStep(order, request, {
      action: 'markShipped',
      carrier: request.carrier.trim(),
      trackingNumber: request.trackingNumber.trim(),
      ...(lines && { lines }),
    });
  },
};
