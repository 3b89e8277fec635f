/** Records money that moved at Stripe without a request of the shop: refunds made in the Stripe Dashboard, and chargebacks. */
import { STRIPE } from '../../domain/identity.ts';
import { ID_NAMESPACES } from '../../domain/ids.ts';
import { formatMoney, fromDecimal, toDecimalString } from '../../domain/money.ts';
import { isClosedRefund, type RefundStatus } from '../../domain/order-state.ts';
import { isWaiting, refundableCents, replacedBy } from '../../domain/refund.ts';
import { refundableQuantities, remainingLines } from '../../domain/refund-units.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';
import { updateRefund } from '../../infra/postgres/refunds.ts';
import { now } from '../../infra/postgres/statement-parts.ts';
import { uuidFrom } from '../../infra/uuid.ts';
import { recordEvent } from '../orders/order-events.ts';
import { lockForRefund } from '../orders/order-facts.ts';
import { listRefundFacts, type RefundFacts, readRecords, readRefundFacts } from './refund-facts.ts';
import { insertRefund, type NewRefund, recordRefundIn, updateRefundedOrder } from './refund-ledger.ts';
import { replaceRefunds } from './replaced-refunds.ts';

export interface FoundRefund {
  stripeRefundId: string;
  /** ID of the shop's refund that created it; undefined when it was made elsewhere. */
  refundId: string | undefined;
  amountCents: number;
  currency: string;
  status: Extract<RefundStatus, 'pending' | 'succeeded' | 'failed'>;
  failureReason?: string;
}

export interface FoundDispute {
  disputeId: string;
  amountCents: number;
  currency: string;
  reason: string;
  /** Stripe's status: `needs_response`, `under_review`, `won`, `lost`, or one that begins with `warning_`. */
  status: string;
  evidenceDueBy: Date | null;
}

/**
 * Updates an order's records with the refunds and disputes that Stripe lists for its payment. Safe to repeat.
 * @returns request IDs of the refunds that were replaced; the caller must notify their workflows
 */
export async function recordFound(
  db: Database,
  orderId: string,
  found: { refunds: readonly FoundRefund[]; disputes: readonly FoundDispute[] },
): Promise<string[]> {
  return db.transaction(async (sql) => {
    const order = await lockForRefund(sql, orderId);
    // An order that received no money, such as one whose payment is unmatched, has no refunds to record.
    if (!order || order.capturedCents === 0) return [];
    const known = await listRefundFacts(sql, orderId);
    for (const refund of found.refunds) await recordFoundRefund(sql, orderId, known, refund);
    for (const dispute of found.disputes) await recordDispute(sql, orderId, dispute);
    const replaced = await sql.rows(
      sql.query
        .selectFrom('refunds as replaced')
        .innerJoin('refunds as by', 'by.id', 'replaced.replaced_by')
        .select('replaced.request_id')
        .where('replaced.order_id', '=', orderId)
        .where('by.requested_by', '=', STRIPE),
    );
    return replaced.map((row) => row.request_id);
  });
}

async function recordFoundRefund(
  sql: Sql,
  orderId: string,
  known: readonly RefundFacts[],
  found: FoundRefund,
): Promise<void> {
  const { stripeRefundId, status, failureReason } = found;
  const own = known.find((each) => each.stripeRefundId === stripeRefundId || each.refundId === found.refundId);
  if (own) {
    // The outcome of an earlier attempt says nothing about the current one.
    const isCurrentAttempt = own.stripeRefundId === null ? own.attempt === 1 : own.stripeRefundId === stripeRefundId;
    // A refund made in the Stripe Dashboard is never retried, so once it fails it no longer cancels units.
    if (own.requestedBy === STRIPE && status === 'failed') await restoreUnits(sql, own.refundId);
    if (isCurrentAttempt && own.status !== status && !isClosedRefund(own.status))
      await recordRefundIn(sql, { refundId: own.refundId, stripeRefundId, status, failureReason });
    return;
  }
  if (status === 'failed') return;
  const refundId = uuidFrom(ID_NAMESPACES.refund, `stripe:${stripeRefundId}`);
  await insertFound(sql, found, {
    refundId,
    orderId,
    requestId: stripeRefundId,
    kind: 'refund',
    amountCents: found.amountCents,
    reason: 'Made at Stripe',
    stripeRefundId,
  });
  await recordEvent(sql, {
    orderId,
    type: 'refund_found_at_stripe',
    message: `A refund of ${formatMoney(found.amountCents, found.currency)} was made in Stripe’s dashboard.`,
    data: { refundId, stripeRefundId },
    actor: STRIPE,
    dedupeKey: `found:${stripeRefundId}`,
  });
  await updateRefundedOrder(sql, orderId);
  if (status !== 'pending') await recordRefundIn(sql, { refundId, stripeRefundId, status, failureReason });
}

async function recordDispute(sql: Sql, orderId: string, dispute: FoundDispute): Promise<void> {
  const { disputeId, status, currency } = dispute;
  const current = {
    amount: toDecimalString(dispute.amountCents, currency),
    status,
    evidence_due_by: dispute.evidenceDueBy,
  };
  // The caller holds the order's lock, so nobody else records this dispute.
  const known = await sql.row(sql.query.selectFrom('disputes').selectAll().where('id', '=', disputeId));
  const isSame =
    known?.status === status &&
    known.evidence_due_by?.getTime() === dispute.evidenceDueBy?.getTime() &&
    fromDecimal(known.amount, currency) === dispute.amountCents;
  if (isSame) return;
  await sql.run(
    sql.query
      .insertInto('disputes')
      .values({ id: disputeId, order_id: orderId, currency, reason: dispute.reason, ...current })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ ...current, updated_at: now })),
  );
  await recordEvent(sql, {
    orderId,
    type: known ? 'dispute_changed' : 'dispute_opened',
    message: disputeMessage(dispute),
    data: { disputeId, status, reason: dispute.reason },
    actor: STRIPE,
    dedupeKey: `dispute:${disputeId}:${status}`,
  });
  await recordChargeback(sql, orderId, dispute);
}

/** Describes a dispute's status in the order's history. */
export function disputeMessage({
  amountCents,
  currency,
  reason,
  status,
}: Omit<FoundDispute, 'disputeId' | 'evidenceDueBy'>): string {
  const money = formatMoney(amountCents, currency);
  const because = reason.replaceAll('_', ' ');
  if (status === 'won') return `The chargeback of ${money} was won; the money was returned.`;
  if (status === 'lost') return `The chargeback of ${money} was lost.`;
  if (status === 'under_review') return `The evidence against the chargeback of ${money} was submitted to the bank.`;
  if (status === 'prevented') return `Stripe prevented a chargeback of ${money}; no money has moved.`;
  if (status === 'warning_closed') return `The bank’s inquiry about ${money} is closed.`;
  if (status.startsWith('warning_'))
    return `The card’s bank opened an inquiry about ${money} (${because}); no money has moved.`;
  return `The card’s bank opened a chargeback of ${money} (${because}). Respond in the Stripe Dashboard.`;
}

/** The refund status that corresponds to a dispute's status. Stripe withdraws the money when a dispute opens. */
function refundStatusOf(status: string): Extract<RefundStatus, 'pending' | 'succeeded' | 'failed'> | undefined {
  if (status.startsWith('warning_') || status === 'prevented') return undefined;
  if (status === 'won') return 'failed';
  return status === 'lost' ? 'succeeded' : 'pending';
}

/** Lets the units that a refund canceled ship after all, unless they are back in stock. */
async function restoreUnits(sql: Sql, refundId: string): Promise<void> {
  const refund = (await readRefundFacts(sql, refundId))!;
  if (!refund.isRestocked) await updateRefund(sql, refundId, { cancels_units: false, restock: false });
}

/**
 * Records money that moved without a request of the shop and names no units. If nothing remains of the payment of an unshipped order, it
 * cancels all remaining units, since nobody may keep both the money and the items. It then also replaces unfinished refunds.
 */
async function insertFound(
  sql: Sql,
  { currency }: { currency: string },
  found: Pick<NewRefund, 'refundId' | 'orderId' | 'requestId' | 'kind' | 'amountCents' | 'reason' | 'stripeRefundId'>,
): Promise<void> {
  const { refundId, orderId, amountCents, kind } = found;
  const order = (await lockForRefund(sql, orderId))!;
  const records = await readRecords(sql, orderId);
  const decided = records.filter((refund) => !isWaiting(refund));
  const left = remainingLines(refundableQuantities(order, decided), 'unshipped');
  const isAll = order.isSold && !order.hasShipped && amountCents >= refundableCents(order, decided);
  const cancelsUnits = isAll && left.length > 0;
  const lines = cancelsUnits ? left : [];
  await insertRefund(
    sql,
    { currency },
    { ...found, lines, restock: cancelsUnits, cancelsUnits, status: 'pending', actor: STRIPE },
  );
  if (!isAll) return;
  // A refund that is owed for restocked units stays open, since what was found can fail at the bank too.
  const failed = replacedBy(order, decided, { amountCents, lines, cancelsUnits }).filter(
    (refund) => !refund.isRestocked,
  );
  const replaced = [...records.filter(isWaiting), ...failed];
  await replaceRefunds(sql, { refundId, orderId, kind }, replaced, STRIPE);
}

/**
 * Records a chargeback as a refund of its full amount, which does not depend on earlier refunds. If nothing remains of the payment of an
 * unshipped order, it cancels the order's units: they return to stock if it is lost, and ship if it is won.
 */
async function recordChargeback(sql: Sql, orderId: string, dispute: FoundDispute): Promise<void> {
  const status = refundStatusOf(dispute.status);
  if (!status) return;
  const { amountCents } = dispute;
  const refundId = uuidFrom(ID_NAMESPACES.refund, `stripe:${dispute.disputeId}`);
  const known = await readRefundFacts(sql, refundId);
  if (!known) {
    if (status === 'failed') return;
    await insertFound(sql, dispute, {
      refundId,
      orderId,
      requestId: dispute.disputeId,
      kind: 'chargeback',
      amountCents,
      reason: `Chargeback: ${dispute.reason.replaceAll('_', ' ')}`,
      stripeRefundId: dispute.disputeId,
    });
    await updateRefundedOrder(sql, orderId);
  } else if (known.amountCents !== amountCents) {
    await updateRefund(sql, refundId, { amount: toDecimalString(amountCents, dispute.currency) });
    await updateRefundedOrder(sql, orderId);
  }
  if (status === 'pending') return;
  // The chargeback was won: the money is back, and the units that it canceled ship.
  if (status === 'failed') await restoreUnits(sql, refundId);
  await recordRefundIn(sql, { refundId, stripeRefundId: dispute.disputeId, status });
}
