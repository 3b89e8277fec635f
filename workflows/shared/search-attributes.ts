import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import { type OrderStatus, statusInWords } from '../../domain/order-state.ts';

/** Search attributes by which staff find a case in the Temporal UI. They are never encrypted, so they must not contain personal data. */
/** In the words of the page: "partially refunded". */
export const orderStatusKey = defineSearchAttributeKey('OrderStatus', 'KEYWORD');
export const customerIdKey = defineSearchAttributeKey('CustomerId', 'KEYWORD');
export const orderIdKey = defineSearchAttributeKey('OrderId', 'KEYWORD');
/** As printed: 482-913-077. */
export const orderNumberKey = defineSearchAttributeKey('OrderNumber', 'KEYWORD');
/** A keyed hash of where emails about the order go (`infra/email-hash`). */
export const emailHashKey = defineSearchAttributeKey('EmailHash', 'KEYWORD');
/** The total of an order or the amount of a refund, in the currency's major unit. */
export const amountKey = defineSearchAttributeKey('Amount', 'DOUBLE');
/** The day on which the case began, in UTC: 2026-11-24. */
export const dayKey = defineSearchAttributeKey('Day', 'KEYWORD');
/** True while a refund is waiting for approval by a second person, otherwise absent. */
export const needsApprovalKey = defineSearchAttributeKey('NeedsApproval', 'BOOL');
/** When the step that is stuck started; absent while no step is stuck. */
export const stuckSinceKey = defineSearchAttributeKey('StuckSince', 'DATETIME');

/** Stripe's status of an order's chargeback (the open one, otherwise the latest), and when its evidence is due. */
export const disputeStatusKey = defineSearchAttributeKey('DisputeStatus', 'KEYWORD');
export const evidenceDueByKey = defineSearchAttributeKey('EvidenceDueBy', 'DATETIME');

/** By which staff find every case of an order. */
export interface OrderTraits {
  orderId: string;
  /** Undefined for an order that is not in the database yet; its workflow adds the number itself. */
  orderNumber: string | undefined;
  /** Null without an address. */
  emailHash: string | null;
  /** Null for a guest. */
  customerId: string | null;
}

export interface CaseTraits extends OrderTraits {
  /** Total of an order or amount of a refund, in the currency's major unit. If it is left out, the workflow adds it itself. */
  amount?: number;
  /** Of an order. */
  status?: OrderStatus;
  createdAt?: Date;
}

/** Search attributes of an order, a refund, or an unmatched payment. What is not known stays unchanged. */
export function caseAttributes(facts: CaseTraits): SearchAttributePair[] {
  return [
    { key: orderIdKey, value: facts.orderId },
    ...(facts.orderNumber === undefined ? [] : [{ key: orderNumberKey, value: facts.orderNumber }]),
    ...(facts.emailHash === null ? [] : [{ key: emailHashKey, value: facts.emailHash }]),
    ...(facts.customerId ? [{ key: customerIdKey, value: facts.customerId }] : []),
    ...(facts.amount === undefined ? [] : [{ key: amountKey, value: facts.amount }]),
    ...(facts.status === undefined ? [] : [{ key: orderStatusKey, value: statusInWords(facts.status) }]),
    ...(facts.createdAt === undefined ? [] : [{ key: dayKey, value: facts.createdAt.toISOString().slice(0, 10) }]),
  ];
}
