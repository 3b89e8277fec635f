import { defineEntity, p } from '@mikro-orm/core';
import type { RefundStatus } from '../../../domain/order-state.ts';

export const Refund = defineEntity({
  name: 'Refund',
  tableName: 'refunds',
  properties: {
    id: p.uuid().primary(),
    orderId: p.uuid(),
    requestId: p.string().length(255),
    kind: p.text().$type<'refund' | 'cancellation' | 'chargeback'>().default('refund'),
    /** Exact decimal text. */
    amount: p.decimal('string').precision(16).scale(3),
    currency: p.character().length(3),
    reason: p.string().length(500),
    restock: p.boolean().default(false),
    /** Whether its units had not shipped when it was requested: refunding them cancels them, so they never ship. */
    cancelsUnits: p.boolean().default(false),
    status: p.text().$type<RefundStatus>().default('pending'),
    attempt: p.integer().default(1),
    stripeRefundId: p.string().length(255).unique().nullable(),
    failureReason: p.text().nullable(),
    /** Who requested it, in the format of `domain/identity`. */
    requestedBy: p.text(),
    decidedBy: p.text().nullable(),
    decisionReason: p.string().length(500).nullable(),
    decidedAt: p.datetime().nullable(),
    /** When staff recorded that a failed refund was paid in another way, so that nothing remains open. */
    givenUpAt: p.datetime().nullable(),
    /** The refund that used this unfinished one's amount or units. */
    replacedBy: p.uuid().nullable(),
    createdAt: p.datetime().defaultRaw('now()'),
    updatedAt: p.datetime().defaultRaw('now()'),
  },
});

export const RefundItem = defineEntity({
  name: 'RefundItem',
  tableName: 'refund_items',
  properties: {
    refundId: p.uuid().primary(),
    productId: p.uuid().primary(),
    quantity: p.integer(),
    restockedAt: p.datetime().nullable(),
  },
});
