import { type OrderRequest, putOnHoldUpdate, type UpdateResult } from '../messages.ts';
import { EXAMPLE, requireStateFor, type StaffUpdate, takeStep } from './staff-update.ts';

export const putOnHold: StaffUpdate<UpdateResult, OrderRequest> = {
  definition: putOnHoldUpdate,
  description: 'Stops a paid order from shipping, for a look at fraud. Nothing is charged or refunded.',
  example: EXAMPLE,
  check: requireStateFor('putOnHold'),
  handle: (order, request) => takeStep(order, request, { action: 'putOnHold' }),
};
