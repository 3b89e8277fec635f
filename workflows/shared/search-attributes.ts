import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';

/** Search attributes by which staff find a case in the Temporal UI. They are never encrypted, so they must not contain personal data. */
export const orderStatusKey = defineSearchAttributeKey('OrderStatus', 'KEYWORD');
export const customerIdKey = defineSearchAttributeKey('CustomerId', 'KEYWORD');
export const orderIdKey = defineSearchAttributeKey('OrderId', 'KEYWORD');
/** The total of an order or the amount of a refund, in the currency's major unit. */
export const amountKey = defineSearchAttributeKey('Amount', 'DOUBLE');
/** The day on which the case began, in UTC: 2026-11-24. */
export const dayKey = defineSearchAttributeKey('Day', 'KEYWORD');
/** Whether a refund is waiting for approval by a second person. */
export const needsApprovalKey = defineSearchAttributeKey('NeedsApproval', 'BOOL');
/** When the step that is stuck started; absent while no step is stuck. */
export const stuckSinceKey = defineSearchAttributeKey('StuckSince', 'DATETIME');

/** Stripe's status of an order's chargeback (the open one, otherwise the latest), and when its evidence is due. */
export const disputeStatusKey = defineSearchAttributeKey('DisputeStatus', 'KEYWORD');
export const evidenceDueByKey = defineSearchAttributeKey('EvidenceDueBy', 'DATETIME');

/** Search attributes of an order or a refund that are known when its workflow starts. @param amount in the currency's major unit */
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
