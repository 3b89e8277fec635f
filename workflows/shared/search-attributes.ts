import { defineSearchAttributeKey } from '@temporalio/common';

/** By these, staff find a case in the Temporal UI. Never encrypted: no personal data in them. */
export const orderStatusKey = defineSearchAttributeKey('OrderStatus', 'KEYWORD');
export const customerIdKey = defineSearchAttributeKey('CustomerId', 'KEYWORD');
export const orderIdKey = defineSearchAttributeKey('OrderId', 'KEYWORD');
