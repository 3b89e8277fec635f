/** Ends refunds that another one replaces: they are rejected, so that nobody is paid twice. */
import type { Sql } from '../../infra/postgres/database.ts';
import { updateRefund } from '../../infra/postgres/refunds.ts';
import { now } from '../../infra/postgres/statement-parts.ts';
import { recordEvent } from '../orders/order-events.ts';
import type { RefundFacts } from './refund-facts.ts';

/** The reason that the shopper sees, by the kind of refund that replaces theirs. */
const REASONS = {
  refund: 'Replaced by a later refund.',
  cancellation: 'Replaced by the cancellation of the order.',
  chargeback: 'The bank has returned the money.',
} as const;

/** Rejects the refunds that `by` replaces. `by` is already in the database, and the caller holds the order's lock. */
export async function replaceRefunds(
  sql: Sql,
  by: Pick<RefundFacts, 'refundId' | 'orderId' | 'kind'>,
  replaced: readonly Pick<RefundFacts, 'refundId' | 'amountCents' | 'attempt'>[],
  actor: string,
): Promise<void> {
  for (const { refundId, amountCents, attempt } of replaced) {
    await updateRefund(sql, refundId, {
      status: 'rejected',
      replaced_by: by.refundId,
      decided_by: actor,
      decision_reason: REASONS[by.kind],
      decided_at: now,
    });
    await recordEvent(sql, {
      orderId: by.orderId,
      type: 'refund_replaced',
      message: 'An unfinished refund was replaced by another one.',
      data: { refundId, amountCents, replacedBy: by.refundId },
      actor,
      dedupeKey: `refund:${refundId}:replaced:${attempt}`,
    });
  }
}

/** @returns request IDs of the refunds that this one replaced; the caller must notify their workflows */
export async function replacedRequests(sql: Sql, refundId: string): Promise<string[]> {
  const rows = await sql.rows(
    sql.query.selectFrom('refunds').select('request_id').where('replaced_by', '=', refundId).orderBy('created_at'),
  );
  return rows.map((row) => row.request_id);
}
