import { optional, requiredText } from '../../shared/staff.ts';
import { correctTrackingUpdate, type OrderRequest, type UpdateResult } from '../messages.ts';
import { EXAMPLE, requireStateFor, type StaffUpdate, takeStep } from './staff-update.ts';

interface Correction {
  carrier?: string;
  trackingNumber?: string;
  /** The tracking number until now; needed only if the order has several parcels. */
  replaces?: string;
}

export const correctTracking: StaffUpdate<UpdateResult, OrderRequest & Correction> = {
  definition: correctTrackingUpdate,
  description:
    'Corrects the "carrier", the "trackingNumber", or both of a parcel that has shipped, and emails the customer. If the order has several parcels, send the wrong tracking number as "replaces".',
  example: { ...EXAMPLE, reason: 'Mistyped', trackingNumber: '1Z999AA10123456784' },
  fields: {
    carrier: optional(requiredText('“carrier”', 100)),
    trackingNumber: optional(requiredText('“trackingNumber”', 100)),
    replaces: optional(requiredText('“replaces”', 100)),
  },
  problemOf: ({ carrier, trackingNumber }) =>
    carrier || trackingNumber ? undefined : 'Send the correct “trackingNumber”, the correct “carrier”, or both.',
  check: requireStateFor('correctTracking'),
  handle: (order, { carrier, trackingNumber, replaces, ...request }) =>
    takeStep(order, request, {
      action: 'correctTracking',
      ...(carrier && { carrier: carrier.trim() }),
      ...(trackingNumber && { trackingNumber: trackingNumber.trim() }),
      ...(replaces && { replaces: replaces.trim() }),
    }),
};
