import { z } from 'zod';
import { REFUND_STATUSES } from '../../domain/order-state.ts';
import { amount, currency, quantity, reason, timestamp, uuid } from './common.ts';

const refundLine = z.strictObject({ product_id: uuid, quantity });

export const refundBody = z
  .strictObject({
    amount: z
      .number()
      .positive()
      .max(99_999_999)
      .optional()
      .meta({ description: 'Left out: the price of the lines, or everything that is left of the charge' }),
    lines: z
      .array(refundLine)
      .min(1)
      .max(100)
      .optional()
      .meta({ description: 'Items that the refund is for; left out with no amount: all that are left' }),
    reason,
    restock: z.boolean().default(false).meta({ description: 'Put the items back on sale; for staff' }),
    await_return: z.boolean().optional().meta({
      description:
        'The money waits until the items are back; left out, it does for shoppers once the order has shipped. A shopper’s `false` means to cancel items, and is refused once they have shipped',
    }),
  })
  .meta({ id: 'RefundRequest' });

export const decisionBody = z
  .strictObject({
    reason: reason.meta({ description: 'Why; a rejection is told to the shopper' }),
  })
  .meta({ id: 'RefundDecision' });

export const refund = z
  .object({
    id: uuid,
    order_id: uuid,
    kind: z.enum(['refund', 'cancellation', 'chargeback']),
    amount,
    currency,
    lines: z.array(refundLine),
    cancels_units: z.boolean().meta({
      description:
        'Requested before its items shipped: unless it is rejected they do not ship, and go back on sale (`restocked`)',
    }),
    reason: z.string(),
    status: z.enum(REFUND_STATUSES).meta({
      description:
        '`awaiting_return`: the items have to come back first; `awaiting_approval`: a second person decides; `pending`: on its way; `failed`: staff look after it; `rejected`: declined, canceled, or replaced by another refund',
    }),
    given_up: z.boolean().meta({ description: 'It failed, and its money went back in another way' }),
    restocked: z.boolean().meta({ description: 'Its items are back on sale, whatever becomes of the money' }),
    decision_reason: z.string().nullable().meta({ description: 'Why it was approved or rejected' }),
    created_at: timestamp,
    updated_at: timestamp,
    requested_by: z.string().nullable().meta({ description: 'For staff only' }),
    workflow_url: z
      .string()
      .nullable()
      .meta({ description: 'The refund’s workflow in the Temporal UI; for staff only' }),
  })
  .meta({ id: 'Refund' });
export type Refund = z.infer<typeof refund>;

export const refundAnswer = z.object({ refund }).meta({ id: 'RefundAnswer' });
export const refundList = z
  .object({ items: z.array(refund), refundable_amount: amount, currency })
  .meta({ id: 'RefundList' });
export type RefundList = z.infer<typeof refundList>;

export const waitingQuery = z.object({ status: z.enum(['awaiting_approval', 'awaiting_return']).optional() });
export const waitingRefunds = z.object({ items: z.array(refund) }).meta({ id: 'WaitingRefunds' });
