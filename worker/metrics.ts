import { sql } from 'kysely';
import { Gauge } from 'prom-client';
import { OPEN_DISPUTE_STATUSES, UNANSWERED_STATUSES } from '../domain/shipping.ts';
import { countFailingWorkflows } from '../infra/postgres/failing-workflows.ts';
import { anyOf, now } from '../infra/postgres/statement-parts.ts';
import type { Services } from '../infra/services.ts';

/** Registers metrics from the database, which are read on each scrape. Every worker reports the same values, so queries use the maximum. */
export function registerMetrics({ db }: Pick<Services, 'db'>): void {
  new Gauge({
    name: 'workflows_failing',
    help: 'Workflows blocked because their workflow task keeps failing',
    async collect() {
      this.set(await countFailingWorkflows(db));
    },
  });
  new Gauge({
    name: 'disputes_open',
    help: 'Open chargebacks and inquiries, by their status at Stripe',
    labelNames: ['status'],
    async collect() {
      const rows = await db.rows(
        db.query
          .selectFrom('disputes')
          .select((dispute) => ['status', dispute.fn.countAll<number>().as('count')])
          .where('status', '=', anyOf(OPEN_DISPUTE_STATUSES))
          .groupBy('status'),
      );
      const counts = new Map(rows.map((row) => [row.status, row.count]));
      for (const status of OPEN_DISPUTE_STATUSES) this.set({ status }, counts.get(status) ?? 0);
    },
  });
  new Gauge({
    name: 'dispute_next_due_seconds',
    help: 'Seconds until the earliest response deadline of an open chargeback; negative if overdue, absent if none is open',
    async collect() {
      const row = await db.row(
        db.query
          .selectFrom('disputes')
          .select((dispute) => {
            const left = sql`${dispute.fn.min('evidence_due_by')} - ${now}`;
            return sql<number | null>`extract(epoch from ${left})::float`.as('seconds');
          })
          .where('status', '=', anyOf(UNANSWERED_STATUSES)),
      );
      // `reset()` would set a gauge without labels to 0, so remove it.
      if (row?.seconds == null) this.remove();
      else this.set(row.seconds);
    },
  });
  new Gauge({
    name: 'unmatched_payments_open',
    help: 'Unmatched payments whose refund has not succeeded',
    async collect() {
      const row = await db.row(
        db.query
          .selectFrom('payments')
          .select((payment) => payment.fn.countAll<number>().as('count'))
          .where('unmatched_reason', 'is not', null)
          // Not a parameter, so that the partial index applies.
          .where('refund_status', 'is distinct from', sql.lit('succeeded')),
      );
      this.set(row!.count);
    },
  });
  new Gauge({
    name: 'refunds_failed',
    help: 'Failed refunds that have not been retried, canceled, or given up',
    async collect() {
      const row = await db.row(
        db.query
          .selectFrom('refunds')
          .select((refund) => refund.fn.countAll<number>().as('count'))
          .where('status', '=', 'failed')
          .where('given_up_at', 'is', null)
          .where('kind', '<>', 'chargeback'),
      );
      this.set(row!.count);
    },
  });
}
