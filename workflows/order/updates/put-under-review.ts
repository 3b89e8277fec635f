import { type OrderRequest, putUnderReviewUpdate, type UpdateResult } from '../messages.ts';
import { EXAMPLE, requireStateFor, type StaffUpdate, takeStep } from './staff-update.ts';

export const putUnderReview: StaffUpdate<UpdateResult, OrderRequest> = {
  definition: putUnderReviewUpdate,
  description: 'Stops a paid order from shipping, for a look at fraud. Nothing is charged or refunded.',
  example: EXAMPLE,
  check: requireStateFor('putUnderReview'),
  handle: (order, request) => takeStep(order, request, { action: 'putUnderReview' }),
};
