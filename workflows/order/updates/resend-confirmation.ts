import { type OrderRequest, resendConfirmationUpdate, type UpdateResult } from '../messages.ts';
import { EXAMPLE, requireStateFor, type StaffUpdate, takeStep } from './staff-update.ts';

export const resendConfirmation: StaffUpdate<UpdateResult, OrderRequest> = {
  definition: resendConfirmationUpdate,
  description: 'Resends the order confirmation email.',
  example: EXAMPLE,
  check: requireStateFor('resendConfirmation'),
  handle: (order, request) => takeStep(order, request, { action: 'resendConfirmation' }),
};
