/** Mails go out by the outbox: written in the transaction that they tell of, sent by the worker. */
import type { Sql } from '../../infra/postgres/database.ts';

export const MAIL_KINDS = [
  'order_paid',
  'payment_refused',
  'order_shipped',
  'order_cancelled',
  'order_expired',
  'refund_sent',
  'refund_refused',
] as const;
export type MailKind = (typeof MAIL_KINDS)[number];

export interface MailPayload {
  kind: MailKind;
  refundId?: string;
  /** Why, in words for the shopper. */
  message?: string;
}

/** Queues a mail to the order's buyer, within the caller's transaction. */
export async function queueMail(sql: Sql, orderId: string, payload: MailPayload): Promise<void> {
  await sql.run(`insert into outbox (topic, key, payload) values ('mail', $1, $2)`, [orderId, JSON.stringify(payload)]);
}
