import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';

/** By these, staff find a case in the Temporal UI. Never encrypted: no personal data in them. */
export const orderStatusKey = defineSearchAttributeKey('OrderStatus', 'KEYWORD');
export const customerIdKey = defineSearchAttributeKey('CustomerId', 'KEYWORD');
export const orderIdKey = defineSearchAttributeKey('OrderId', 'KEYWORD');
/** Total of an order, amount of a refund; in the currency's major unit. */
export const amountKey = defineSearchAttributeKey('Amount', 'DOUBLE');
/** The day it began, UTC: 2026-11-24. */
export const dayKey = defineSearchAttributeKey('Day', 'KEYWORD');
/** Whether a refund waits for a second person. */
export const needsApprovalKey = defineSearchAttributeKey('NeedsApproval', 'BOOL');
/** Since when a step has not succeeded; absent while all is well. */
export const stuckSinceKey = defineSearchAttributeKey('StuckSince', 'DATETIME');

/** Stripe's status of an order's chargeback, the open one first, and until when it must be answered. */
export const disputeStatusKey = defineSearchAttributeKey('DisputeStatus', 'KEYWORD');
export const evidenceDueByKey = defineSearchAttributeKey('EvidenceDueBy', 'DATETIME');

/** What is known of an order or a refund when its workflow starts. @param amount in the currency's major unit */
export function caseAttributes(facts: {
  orderId: string;
  customerId?: string | null;
  amount?: number;
  status?: string;
  createdAt?: Date;
}): SearchAttributePair[] {
  return [
    { key: orderIdKey, value: facts.orderId },
    ...(facts.customerId ? [{ key: customerIdKey, value: facts.customerId }] : []),
    ...(facts.amount === undefined ? [] : [{ key: amountKey, value: facts.amount }]),
    ...(facts.status === undefined ? [] : [{ key: orderStatusKey, value: facts.status }]),
    ...(facts.createdAt === undefined ? [] : [{ key: dayKey, value: facts.createdAt.toISOString().slice(0, 10) }]),
  ];
}
