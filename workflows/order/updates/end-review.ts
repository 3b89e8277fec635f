import { endReviewUpdate, type OrderRequest, type UpdateResult } from '../messages.ts';
import { EXAMPLE, requireStateFor, type StaffUpdate, takeStep } from './staff-update.ts';

export const endReview: StaffUpdate<UpdateResult, OrderRequest> = {
  definition: endReviewUpdate,
  description: 'Ends the review of the order so that it can ship.',
  example: EXAMPLE,
  check: requireStateFor('endReview'),
  handle: (order, request) => takeStep(order, request, { action: 'endReview' }),
};
