/** Checks that the table `disputes` matches Stripe's disputes of order payments, so that staff see every chargeback with its status. */
import { fromStripeAmount } from '../../domain/currencies.ts';
import { fromDecimal } from '../../domain/money.ts';
import { OPEN_DISPUTE_STATUSES } from '../../domain/shipping.ts';
import type { Database } from '../../infra/postgres/database.ts';
import { anyOf } from '../../infra/postgres/statement-parts.ts';
import type { Finding } from './finding.ts';
import type { StripeDispute } from './stripe-books.ts';

/** IDs of disputes that are recorded as open; these are read from Stripe however old they are. */
export async function openDisputeIds(db: Database): Promise<string[]> {
  const rows = await db.rows(
    db.query.selectFrom('disputes').select('id').where('status', '=', anyOf(OPEN_DISPUTE_STATUSES)),
  );
  return rows.map(({ id }) => id);
}

/**
 * @param disputes Stripe's disputes, by ID
 * @param openIds IDs of disputes that were recorded as open before Stripe was read
 */
export async function checkDisputes(
  db: Database,
  disputes: ReadonlyMap<string, StripeDispute>,
  openIds: readonly string[],
): Promise<Finding[]> {
  const rows = await db.rows(
    db.query
      .selectFrom('disputes')
      .select(['id', 'order_id', 'amount', 'currency', 'status'])
      .where('id', '=', anyOf([...disputes.keys(), ...openIds])),
  );
  const intentIds = [...disputes.values()].flatMap(({ paymentIntentId }) => paymentIntentId ?? []);
  // Same rule as for recording: disputes of payments that no order recorded, such as unmatched ones, are not in the table.
  const orders = await db.rows(
    db.query
      .selectFrom('orders')
      .select(['id', 'payment_intent_id'])
      .where('payment_intent_id', '=', anyOf(intentIds))
      .where('captured_amount', '>', '0'),
  );
  const rowById = new Map(rows.map((row) => [row.id, row]));
  const orderByIntent = new Map(orders.map((order) => [order.payment_intent_id, order.id]));
  const findings: Finding[] = [];
  const find = (disputeId: string, detail: string) =>
    findings.push({ check: 'money', subject: `dispute ${disputeId}`, detail });

  for (const dispute of disputes.values()) {
    const { disputeId, status, currency, stripeAmount, paymentIntentId } = dispute;
    const row = rowById.get(disputeId);
    const orderId = row?.order_id ?? orderByIntent.get(paymentIntentId ?? '');
    // The dispute is of an unmatched payment, or of another application that uses the account.
    if (!orderId) continue;
    const cents = fromStripeAmount(stripeAmount, currency);
    if (!row) {
      find(disputeId, `of order ${orderId} is ${status} for ${cents} at Stripe (minor units) but is not recorded`);
      continue;
    }
    if (row.status !== status)
      find(disputeId, `of order ${orderId} is ${status} at Stripe but recorded as ${row.status}`);
    const recorded = fromDecimal(row.amount, row.currency);
    if (recorded !== cents || row.currency !== currency)
      find(
        disputeId,
        `of order ${orderId} is for ${cents} ${currency} at Stripe but recorded as ${recorded} ${row.currency} (minor units)`,
      );
  }
  for (const id of openIds) {
    const row = rowById.get(id);
    if (row && !disputes.has(id))
      find(id, `of order ${row.order_id} is recorded as ${row.status} but does not exist at Stripe`);
  }
  return findings;
}
