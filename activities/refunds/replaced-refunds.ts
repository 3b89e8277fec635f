/** Ends refunds that another one replaces: they are rejected, so that nobody is paid twice. */
import type { Sql } from '../../infra/postgres/database.ts';
import { recordEvent } from '../orders/order-events.ts';
import type { RefundFacts } from './refund-reader.ts';

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
    await sql.run(
      `update refunds set status = 'rejected', replaced_by = $2, decided_by = $3, decision_reason = $4, decided_at = now(), updated_at = now()
       where id = $1`,
      [refundId, by.refundId, actor, REASONS[by.kind]],
    );
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
  const rows = await sql.rows<{ request_id: string }>(
    'select request_id from refunds where replaced_by = $1 order by created_at',
    [refundId],
  );
  return rows.map((row) => row.request_id);
}
