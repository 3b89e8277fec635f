import { type OrderRequest, putUnderReviewUpdate, type UpdateResult } from '../messages.ts';
import { EXAMPLE, requireStateFor, type StaffUpdate, takeStep } from './staff-update.ts';

export const putUnderReview: StaffUpdate<UpdateResult, OrderRequest> = {
  definition: putUnderReviewUpdate,
  description:
    'Puts a paid order under review, such as for suspected fraud, so that it can’t ship. Nothing is charged or refunded.',
  example: EXAMPLE,
  check: requireStateFor('putUnderReview'),
  handle: (order, request) => takeStep(order, request, { action: 'putUnderReview' }),
};
