import { UNANSWERED_STATUSES } from '../../domain/shipping.ts';
import type { Database } from '../../infra/postgres/database.ts';
import { anyOf, now, secondsFromNow } from '../../infra/postgres/statement-parts.ts';
import { queueMail } from '../email/queue-mail.ts';
import { REMINDER_DAYS } from './found-ledger.ts';

const DAY_SECONDS = 86_400;

/** Queues one email to staff for each unanswered dispute that is due soon. Safe to repeat: a dispute is marked in the same transaction. */
export async function remindOfDisputes(db: Database): Promise<void> {
  await db.transaction(async (sql) => {
    const due = await sql.rows(
      sql.query
        .updateTable('disputes')
        .set({ reminded_at: now })
        .where('status', '=', anyOf(UNANSWERED_STATUSES))
        .where('reminded_at', 'is', null)
        .where('evidence_due_by', '>', now)
        .where('evidence_due_by', '<', secondsFromNow(REMINDER_DAYS * DAY_SECONDS))
        .returning(['id', 'order_id']),
    );
    for (const { id, order_id } of due) await queueMail(sql, order_id, { kind: 'dispute_due', disputeId: id });
  });
}
