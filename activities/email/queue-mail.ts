/** Queues an email as an outbox row, in the transaction of the change it reports. */
import type { QueryCreator } from 'kysely';
import { z } from 'zod';
import type { Sql } from '../../infra/postgres/database.ts';
import type { Tables } from '../../infra/postgres/entities/index.ts';

export const MAIL_TOPIC = 'mail';

export const MAIL_KINDS = [
  'order_paid',
  'payment_refused',
  'order_shipped',
  'tracking_corrected',
  'order_canceled',
  'order_expired',
  'refund_sent',
  'refund_refused',
  'refund_withdrawn',
  'refund_failed',
  'refund_given_up',
  'email_replaced',
  'email_added',
  'dispute_opened',
  'dispute_due',
] as const;
export type MailKind = (typeof MAIL_KINDS)[number];

/** Emails to support staff; the others are to the shopper. */
const STAFF_KINDS: readonly MailKind[] = ['dispute_opened', 'dispute_due'];
export const isForStaff = (kind: MailKind): boolean => STAFF_KINDS.includes(kind);

export const mailPayload = z.object({
  kind: z.enum(MAIL_KINDS),
  /** For emails about a refund. */
  refundId: z.uuid().optional(),
  /** For emails about a chargeback or an inquiry: Stripe's ID of the dispute. */
  disputeId: z.string().optional(),
  /** For emails about a parcel. */
  shipmentId: z.uuid().optional(),
  /** Recipient, for emails about a change of the address; default: the order's address when the email is sent. */
  to: z.string().optional(),
  /** The reason for a declined card or refund, or for a cancellation, as the shopper sees it; for a changed address, the masked new one. */
  message: z.string().optional(),
});
export type MailPayload = z.infer<typeof mailPayload>;

/** Queues an email about an order. Its other contents are read when it is sent. */
export async function queueMail(sql: Sql, orderId: string, payload: MailPayload): Promise<void> {
  await sql.run(insertMail(sql.query, orderId, payload));
}

/** The insert of `queueMail`, to be part of a longer statement. */
export function insertMail(query: QueryCreator<Tables>, orderId: string, payload: MailPayload) {
  return query.insertInto('outbox').values({ topic: MAIL_TOPIC, key: orderId, payload });
}
