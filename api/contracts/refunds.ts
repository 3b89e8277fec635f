import { z } from 'zod';
import { REFUND_STATUSES } from '../../domain/order-state.ts';
import { amount, currency, quantity, reason, timestamp, uuid } from './common.ts';

const refundLine = z.strictObject({ product_id: uuid, quantity });

export const refundBody = z
  .strictObject({
    all: z
      .literal(true)
      .optional()
      .meta({ description: 'Refund everything that remains. Send this, `lines`, or an `amount`' }),
    lines: z.array(refundLine).min(1).max(100).optional().meta({ description: 'Items to refund' }),
    amount: z.number().positive().max(99_999_999).optional().meta({
      description:
        'Amount to refund. With `lines`, it replaces their price and can’t exceed it; alone, it cancels no items and is for staff only',
    }),
    reason,
    restock: z.boolean().default(false).meta({ description: 'Return the items to stock; staff only' }),
    await_return: z.boolean().optional().meta({
      description:
        'Refund only after the items are returned. Default for customers: `true` once the order has shipped. A customer’s `false` cancels items and is refused once they have shipped',
    }),
  })
  .refine(({ all, lines, amount }) => (all === true) !== (lines !== undefined || amount !== undefined), {
    path: ['all'],
    error: 'state what to refund: send "all": true, "lines" (optionally with a lower "amount"), or an "amount"',
  })
  .meta({ id: 'RefundRequest' });

export const decisionBody = z
  .strictObject({
    reason: reason.meta({ description: 'Reason for the decision; the customer sees the reason for a rejection' }),
  })
  .meta({ id: 'RefundDecision' });

export const withdrawBody = z
  .strictObject({
    reason: reason.optional().meta({ description: 'Why the refund is no longer wanted; the customer sees it' }),
  })
  .meta({ id: 'WithdrawRequest' });

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
        'Whether the refund cancels its items because it was requested before they shipped; unless it is rejected or withdrawn, they do not ship and return to stock (`restocked`)',
    }),
    reason: z.string(),
    status: z.enum(REFUND_STATUSES).meta({
      description:
        '`awaiting_return`: waiting for the items; `awaiting_approval`: waiting for a support lead; `pending`: being processed; `failed`: needs action by staff; `rejected`: rejected, or replaced by another refund; `withdrawn`: no longer wanted',
    }),
    given_up: z.boolean().meta({ description: 'Whether the refund failed and the customer was paid another way' }),
    can_withdraw: z.boolean().meta({ description: 'Whether the customer can withdraw this request of theirs' }),
    restocked: z.boolean().meta({ description: 'Whether its items are back in stock, regardless of the payment' }),
    decision_reason: z.string().nullable().meta({ description: 'Why the refund was approved, rejected, or withdrawn' }),
    created_at: timestamp,
    updated_at: timestamp,
    requested_by: z.string().nullable().meta({ description: 'Visible to staff only' }),
    workflow_url: z
      .string()
      .nullable()
      .meta({ description: 'The refund’s workflow in the Temporal Web UI; visible to staff only' }),
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
