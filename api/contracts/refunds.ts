import { z } from 'zod';
import { REFUND_STATUSES } from '../../domain/order-state.ts';
import { amount, currency, timestamp, uuid } from './common.ts';

export const refundBody = z
  .strictObject({
    amount: z
      .number()
      .positive()
      .max(99_999_999)
      .optional()
      .meta({ description: 'Left out: everything that is left of the charge' }),
    reason: z.string().trim().min(1).max(500),
    restock: z.boolean().default(false).meta({ description: 'Put the order’s items back into stock; for staff' }),
  })
  .meta({ id: 'RefundRequest' });

export const refund = z
  .object({
    id: uuid,
    order_id: uuid,
    amount,
    currency,
    reason: z.string(),
    status: z.enum(REFUND_STATUSES),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'Refund' });
export type Refund = z.infer<typeof refund>;

export const refundAnswer = z.object({ refund }).meta({ id: 'RefundAnswer' });
export const refundList = z
  .object({ items: z.array(refund), refundable_amount: amount, currency })
  .meta({ id: 'RefundList' });
export type RefundList = z.infer<typeof refundList>;
