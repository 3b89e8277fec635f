import { emailProblem } from '../../../domain/email.ts';
import { changeEmailUpdate, type OrderRequest, type UpdateResult } from '../messages.ts';
import { EXAMPLE, requireStateFor, type StaffUpdate, takeStep } from './staff-update.ts';

export const changeEmail: StaffUpdate<UpdateResult, OrderRequest & { email: string }> = {
  definition: changeEmailUpdate,
  description:
    'Changes where emails about the order go. The customer is notified at the previous and at the new address. The email of their account does not change.',
  example: { ...EXAMPLE, email: 'ada@example.com' },
  fields: { email: emailProblem },
  check: requireStateFor('changeEmail'),
  handle: (order, request) => takeStep(order, request, { action: 'changeEmail', email: request.email.trim() }),
};
