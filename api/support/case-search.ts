/** What support staff enter to find a case, and the queries that find it in the Temporal Web UI. */
import { z } from 'zod';
import { isUuid } from '../../domain/ids.ts';
import { readOrderNumber } from '../../domain/order-number.ts';
import { ORDER_STATUSES, type OrderStatus, statusInWords } from '../../domain/order-state.ts';

export type CaseSearch =
  | { by: 'number'; number: string }
  | { by: 'email'; address: string }
  /** The ID of an order, a customer, a refund, or a reservation. */
  | { by: 'id'; id: string }
  | { by: 'order'; orderId: string }
  | { by: 'workflow'; workflowId: string }
  /** The ID of a payment, a refund, or a chargeback at Stripe. */
  | { by: 'stripe'; id: string }
  | { by: 'status'; status: OrderStatus }
  /** In the currency's major unit. */
  | { by: 'amount'; amount: number }
  | { by: 'day'; day: string };

export const WHAT_TO_ENTER =
  'Enter an order number such as 482-913-077, an order ID, an email address, a customer ID, a refund ID, a payment ID such as pi_3Abc, a Workflow ID such as “retry-ticket 10”, a status such as “partially refunded”, an amount such as 58.99, or a day such as 2026-11-24.';

const EMAIL = z.email();
/** Of the shop's own workflows, and of those that the handbook starts from the form. */
const WORKFLOW_ID = /^((?:refund|reservation|unmatched-payment|retry|reindex)-)(\S.*)$/i;
const ORDER_WORKFLOW_ID = /^order-(.+)$/i;
const STRIPE_ID = /^(?:pi|re|pyr|du|dp)_\w+$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** An optional symbol or code of a currency before or after the number. */
const AMOUNT =
  /^(?:[A-Z]{0,3}\p{Sc}?|\p{Sc})\s?(\d+(?:\.\d{1,3})?|\d{1,3}(?:,\d{3})+(?:\.\d{1,3})?)\s?(?:[A-Z]{3}|\p{Sc})?$/iu;

/** Recognizes what was entered. @returns undefined for anything else */
export function readSearch(entered: string): CaseSearch | undefined {
  const text = entered.trim();
  const number = readOrderNumber(text);
  if (number) return { by: 'number', number };
  if (text.includes('@')) return EMAIL.safeParse(text).success ? { by: 'email', address: text } : undefined;
  if (isUuid(text)) return { by: 'id', id: text.toLowerCase() };
  const orderId = ORDER_WORKFLOW_ID.exec(text)?.[1];
  if (orderId && isUuid(orderId)) return { by: 'order', orderId: orderId.toLowerCase() };
  const [, prefix, rest] = WORKFLOW_ID.exec(text) ?? [];
  if (prefix) return { by: 'workflow', workflowId: `${prefix.toLowerCase()}${rest}` };
  if (STRIPE_ID.test(text)) return { by: 'stripe', id: text };
  const status = ORDER_STATUSES.find((each) => statusInWords(each) === text.toLowerCase().replaceAll(/[\s_-]+/g, ' '));
  if (status) return { by: 'status', status };
  if (DAY.test(text)) return isDay(text) ? { by: 'day', day: text } : undefined;
  const amount = AMOUNT.exec(text)?.[1];
  return amount === undefined ? undefined : { by: 'amount', amount: Number(amount.replaceAll(',', '')) };
}

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

/** A value in a query, as Temporal reads it. */
const quoted = (value: string): string => `"${value.replaceAll(/["\\]/g, '\\$&')}"`;

/** Queries in Temporal's visibility syntax. */
export const QUERIES = {
  number: (number: string) => `OrderNumber = ${quoted(number)}`,
  emailHash: (hash: string) => `EmailHash = ${quoted(hash)}`,
  id: (id: string) =>
    `OrderId = ${quoted(id)} OR CustomerId = ${quoted(id)} OR WorkflowId = ${quoted(`reservation-${id}`)}`,
  order: (orderId: string) => `OrderId = ${quoted(orderId)}`,
  workflow: (workflowId: string) => `WorkflowId = ${quoted(workflowId)}`,
  status: (status: OrderStatus) => `WorkflowType = "order" AND OrderStatus = ${quoted(statusInWords(status))}`,
  amount: (amount: number) => `Amount = ${amount}`,
  day: (day: string) => `WorkflowType = "order" AND Day = ${quoted(day)}`,
} as const;
