/** How a mail is asked for: a row in the outbox, in the transaction of what it tells of. */
import { z } from 'zod';
import type { Sql } from '../../infra/postgres/database.ts';

export const MAIL_TOPIC = 'mail';

export const MAIL_KINDS = [
  'order_paid',
  'payment_refused',
  'order_shipped',
  'order_canceled',
  'order_expired',
  'refund_sent',
  'refund_refused',
] as const;
export type MailKind = (typeof MAIL_KINDS)[number];

export const mailPayload = z.object({
  kind: z.enum(MAIL_KINDS),
  /** Of the mails about a refund. */
  refundId: z.uuid().optional(),
  /** Why, in words for the shopper: of a refused card or refund, or of a cancellation. */
  message: z.string().optional(),
});
export type MailPayload = z.infer<typeof mailPayload>;

/** Asks for a mail about an order. Everything else that it says is read when it is sent. */
export async function queueMail(sql: Sql, orderId: string, payload: MailPayload): Promise<void> {
  await sql.run(`insert into outbox (topic, key, payload) values ('${MAIL_TOPIC}', $1, $2)`, [
    orderId,
    JSON.stringify(payload),
  ]);
}
