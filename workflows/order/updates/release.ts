import { type OrderRequest, releaseOrderUpdate, type UpdateResult } from '../messages.ts';
import { EXAMPLE, requireStateFor, type StaffUpdate, takeStep } from './staff-update.ts';

export const release: StaffUpdate<UpdateResult, OrderRequest> = {
  definition: releaseOrderUpdate,
  description: 'Releases the order from review so that it can ship.',
  example: EXAMPLE,
  check: requireStateFor('release'),
  handle: (order, request) => takeStep(order, request, { action: 'release' }),
};
