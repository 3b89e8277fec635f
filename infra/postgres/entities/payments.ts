import { defineEntity, p } from '@mikro-orm/core';
import type { UnmatchedReason } from '../../../domain/payment.ts';

/** A PaymentIntent that names an order, as Stripe last reported it. */
export const Payment = defineEntity({
  name: 'Payment',
  tableName: 'payments',
  properties: {
    /** Stripe's ID of the PaymentIntent. */
    id: p.string().length(255).primary(),
    orderId: p.uuid(),
    status: p.text().$type<'open' | 'in_flight' | 'succeeded' | 'canceled'>(),
    /** Exact decimal text. */
    receivedAmount: p.decimal('string').precision(16).scale(3).default('0'),
    currency: p.character().length(3),
    /** Why it doesn't match its order; null if it does. */
    unmatchedReason: p.text().$type<UnmatchedReason>().nullable(),
    refundStatus: p.text().$type<'pending' | 'succeeded' | 'failed'>().nullable(),
    stripeRefundId: p.string().length(255).unique().nullable(),
    refundFailure: p.text().nullable(),
    refundAttempt: p.integer().default(1),
    createdAt: p.datetime().defaultRaw('now()'),
    updatedAt: p.datetime().defaultRaw('now()'),
  },
});

/** A declined payment attempt, by the charge's ID, so that a repeated event adds nothing. */
export const PaymentFailure = defineEntity({
  name: 'PaymentFailure',
  tableName: 'payment_failures',
  properties: {
    attemptId: p.string().length(255).primary(),
    paymentId: p.string().length(255),
    code: p.string().length(100),
    message: p.string().length(500),
    recordedAt: p.datetime().defaultRaw('now()'),
  },
});

export const Dispute = defineEntity({
  name: 'Dispute',
  tableName: 'disputes',
  properties: {
    /** Stripe's ID. */
    id: p.string().length(255).primary(),
    orderId: p.uuid(),
    /** Exact decimal text. */
    amount: p.decimal('string').precision(16).scale(3),
    currency: p.character().length(3),
    reason: p.string().length(100),
    /** Stripe's status, such as `needs_response`. */
    status: p.string().length(50),
    evidenceDueBy: p.datetime().nullable(),
    /** Whether evidence was saved at Stripe; it may not have been submitted to the bank. */
    hasEvidence: p.boolean().default(false),
    /** How often evidence was submitted to the bank. */
    submissionCount: p.integer().default(0),
    /** When staff were reminded of the deadline. */
    remindedAt: p.datetime().nullable(),
    createdAt: p.datetime().defaultRaw('now()'),
    updatedAt: p.datetime().defaultRaw('now()'),
  },
});

/** A signed event from Stripe. */
export const StripeEvent = defineEntity({
  name: 'StripeEvent',
  tableName: 'stripe_events',
  properties: {
    id: p.text().primary(),
    type: p.text(),
    objectId: p.text(),
    orderId: p.uuid().nullable(),
    receivedAt: p.datetime().defaultRaw('now()'),
    handledAt: p.datetime().nullable(),
  },
});
