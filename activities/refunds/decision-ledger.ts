/** Decisions of staff about refunds: approval by a second person, received and declined returns, retries, and giving up failed refunds. */
import { isAuthenticated, roleOf, userIdOf } from '../../domain/identity.ts';
import { formatMoney, toDecimalString } from '../../domain/money.ts';
import { isClosedRefund } from '../../domain/order-state.ts';
import {
  needsApproval,
  type RefundLimits,
  refundableCents,
  refusalOfResumed,
  unknownRequesterRefusal,
} from '../../domain/refund.ts';
import { itemsInWords, refundInWords } from '../../domain/refund-words.ts';
import { type ArrivedPart, arrivedPart } from '../../domain/returns.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';
import { updateRefund } from '../../infra/postgres/refunds.ts';
import { now, rowsOf } from '../../infra/postgres/statement-parts.ts';
import { queueMail } from '../email/queue-mail.ts';
import { earlierEvent, recordEvent } from '../orders/order-events.ts';
import { lockForRefund, type OrderForRefund } from '../orders/order-facts.ts';
import { restockRefund } from '../reservations/stock-ledger.ts';
import { endCancellation } from './cancellation-ledger.ts';
import { type RefundFacts, readRecords, readRefundFacts } from './refund-facts.ts';
import { updateRefundedOrder, wasAnnounced } from './refund-ledger.ts';

/** Failure reason of a refund whose retry a support lead rejected. */
const NOT_APPROVED = 'not_approved';

export type DecisionResult =
  | { outcome: 'decided'; refund: RefundFacts }
  | { outcome: 'refused'; code: 'forbidden' | 'conflict' | 'not_found'; message: string };

export interface RefundDecisionRequest {
  refundId: string;
  decision: 'approve' | 'reject';
  /** Who decides. */
  actor: string;
  /** Whether the API verified this person's sign-in; a decision requires it. */
  isProven: boolean;
  reason: string;
}

/** Runs `work` on a refund in one transaction that holds its order's lock. */
export function withRefund(
  db: Database,
  refundId: string,
  work: (sql: Sql, refund: RefundFacts, order: OrderForRefund) => Promise<DecisionResult>,
): Promise<DecisionResult> {
  return db.transaction(async (sql) => {
    const found = await readRefundFacts(sql, refundId);
    if (!found) return { outcome: 'refused', code: 'not_found', message: `Refund ${refundId} was not found.` };
    const order = (await lockForRefund(sql, found.orderId))!;
    return work(sql, (await readRefundFacts(sql, refundId))!, order);
  });
}

/** Why a refund that waited or failed can no longer be made; undefined when it can. The caller holds the order's lock. */
async function refusalToResume(
  sql: Sql,
  refund: RefundFacts,
  order: OrderForRefund,
): Promise<Extract<DecisionResult, { outcome: 'refused' }> | undefined> {
  const others = await readRecords(sql, refund.orderId, refund.refundId);
  const message = refusalOfResumed(order, others, refund, (cents) => formatMoney(cents, order.currency));
  return message === undefined ? undefined : { outcome: 'refused', code: 'conflict', message };
}

/** Records a support lead's approval or rejection. The requester can't decide. A repeated decision returns the first result. */
export async function decideWaiting(db: Database, request: RefundDecisionRequest): Promise<DecisionResult> {
  return withRefund(db, request.refundId, async (sql, refund, order) => {
    const refusal = refusalOfDecision(refund, request);
    if (refusal) {
      await recordEvent(sql, {
        orderId: refund.orderId,
        type: 'refund_approval_refused',
        message: `An attempt to ${request.decision} a refund was refused: ${refusal.message}`,
        data: { refundId: refund.refundId },
        actor: request.actor,
        reason: request.reason,
      });
      return refusal;
    }
    if (refund.decidedBy === request.actor) {
      const same = (refund.status === 'rejected') === (request.decision === 'reject');
      if (same) return { outcome: 'decided', refund };
    }
    if (refund.status !== 'awaiting_approval') {
      return {
        outcome: 'refused',
        code: 'conflict',
        message: `This refund is ${refund.status.replaceAll('_', ' ')} and does not need a decision.`,
      };
    }
    const approved = request.decision === 'approve';
    const tooLate = approved ? await refusalToResume(sql, refund, order) : undefined;
    if (tooLate) return tooLate;
    // Its units are back in stock, so the money is owed: the refund fails again, and is retried or paid another way.
    const isOwed = !approved && refund.isRestocked;
    await updateRefund(sql, refund.refundId, {
      status: approved ? 'pending' : isOwed ? 'failed' : 'rejected',
      decided_by: request.actor,
      decision_reason: request.reason,
      decided_at: now,
      failure_reason: isOwed ? NOT_APPROVED : refund.failureReason,
    });
    await recordEvent(sql, {
      orderId: refund.orderId,
      type: approved ? 'refund_approved' : 'refund_rejected',
      message: `The ${refundInWords(refund)} was ${approved ? 'approved' : 'rejected'}.`,
      data: { refundId: refund.refundId, amountCents: refund.amountCents },
      actor: request.actor,
      reason: request.reason,
      dedupeKey: `refund:${refund.refundId}:decided${refund.attempt > 1 ? `:${refund.attempt}` : ''}`,
    });
    if (refund.kind === 'cancellation' && !isOwed) await endCancellation(sql, refund, approved, request.actor);
    if (!approved && !isOwed) await mailRefusal(sql, refund, request.reason);
    return { outcome: 'decided', refund: (await readRefundFacts(sql, refund.refundId))! };
  });
}

function refusalOfDecision(
  refund: RefundFacts,
  request: RefundDecisionRequest,
): Extract<DecisionResult, { outcome: 'refused' }> | undefined {
  const forbidden = (message: string) => ({ outcome: 'refused' as const, code: 'forbidden' as const, message });
  const role = roleOf(request.actor);
  if (!request.isProven || (role !== 'support_lead' && role !== 'admin')) {
    return forbidden(
      `A support lead must sign in to the shop and decide: POST /api/refunds/${refund.refundId}/${request.decision}. The Temporal UI can only request refunds.`,
    );
  }
  if (isSamePerson(refund.requestedBy, request.actor))
    return forbidden('You requested this refund, so a different support lead must decide.');
  if (request.decision === 'approve' && !isAuthenticated(refund.requestedBy)) {
    return forbidden(
      'The shop does not know who requested this refund, so it can’t be approved. Withdraw it, and request it again signed in: see “Request above the limit” in the handbook.',
    );
  }
  return undefined;
}

/** Compares identities, since a person's role may have changed and a name that was entered proves nothing. */
function isSamePerson(requestedBy: string, actor: string): boolean {
  const userId = userIdOf(actor);
  return requestedBy === actor || (userId !== undefined && userIdOf(requestedBy) === userId);
}

async function rejectRefund(
  sql: Sql,
  refund: RefundFacts,
  { actor, reason }: { actor: string; reason: string },
): Promise<void> {
  const rejected = { status: 'rejected', decided_by: actor, decision_reason: reason, decided_at: now } as const;
  await updateRefund(sql, refund.refundId, rejected);
  await mailRefusal(sql, refund, reason);
}

function mailRefusal(sql: Sql, refund: RefundFacts, reason: string): Promise<void> {
  return queueMail(sql, refund.orderId, { kind: 'refund_refused', refundId: refund.refundId, message: reason });
}

export interface ReturnRequest extends ArrivedPart {
  refundId: string;
  requestId: string;
  actor: string;
  reason?: string;
  /** Whether the items can be sold again. */
  restock: boolean;
}

/** Key of the event that the items of a return have arrived. */
export const returnKey = (refundId: string): string => `received:${refundId}`;

/** Records that the items of a return have arrived. The refund is then sent, or waits for approval if it is above the limit. */
export async function receiveReturn(
  db: Database,
  limits: RefundLimits,
  request: ReturnRequest,
): Promise<DecisionResult> {
  return withRefund(db, request.refundId, async (sql, requested, order) => {
    const dedupeKey = returnKey(requested.refundId);
    if (requested.status !== 'awaiting_return') return notAwaitingReturn(sql, requested, dedupeKey);
    const arrived = arrivedPart(requested, order, request);
    if ('refused' in arrived) return { outcome: 'refused', code: 'conflict', message: arrived.refused };
    const refund = { ...requested, ...arrived };
    if (request.lines) await reduceReturn(sql, refund);
    // A chargeback can have taken some or all of the money while the items were in transit; the return is recorded anyway.
    const others = await readRecords(sql, refund.orderId, refund.refundId);
    const amountCents = Math.min(refund.amountCents, refundableCents(order, others));
    const tooLate = await refusalToResume(sql, { ...refund, amountCents }, order);
    if (tooLate) return tooLate;
    const isPaidBack = amountCents === 0;
    const waits = !isPaidBack && needsApproval(limits, roleOf(request.actor), others, amountCents);
    const restock = request.restock && refund.lines.length > 0;
    await updateRefund(sql, refund.refundId, {
      status: isPaidBack ? 'rejected' : waits ? 'awaiting_approval' : 'pending',
      restock,
      amount: toDecimalString(isPaidBack ? refund.amountCents : amountCents, refund.currency),
      decision_reason: isPaidBack ? 'The payment was already refunded.' : null,
    });
    if (isPaidBack && restock) await restockRefund(sql, refund.refundId);
    await recordEvent(sql, {
      orderId: refund.orderId,
      type: 'return_received',
      message: arrivedMessage(refund, requested, isPaidBack),
      data: { refundId: refund.refundId, requestId: request.requestId, restock: request.restock, lines: request.lines },
      actor: request.actor,
      reason: request.reason,
      dedupeKey,
    });
    return { outcome: 'decided', refund: (await readRefundFacts(sql, refund.refundId))! };
  });
}

function arrivedMessage(refund: RefundFacts, requested: RefundFacts, isPaidBack: boolean): string {
  const isPart = refund.lines !== requested.lines;
  const arrived = isPart
    ? `A part of the return has arrived: ${itemsInWords(refund.lines)}`
    : 'The returned items have arrived';
  return isPaidBack ? `${arrived}; the payment was already refunded.` : `${arrived}.`;
}

/** Reduces a return to the units that arrived. */
async function reduceReturn(sql: Sql, { refundId, lines }: RefundFacts): Promise<void> {
  const arrived = rowsOf(
    'arrived',
    { product_id: 'uuid', quantity: 'integer' },
    lines.map(({ productId, quantity }) => ({ product_id: productId, quantity })),
  );
  await sql.run(
    sql.query
      .deleteFrom('refund_items')
      .where('refund_id', '=', refundId)
      .where((item) => item('product_id', 'not in', item.selectFrom(arrived).select('arrived.product_id'))),
  );
  await sql.run(
    sql.query
      .updateTable('refund_items')
      .from(arrived)
      .set((item) => ({ quantity: item.ref('arrived.quantity') }))
      .whereRef('refund_items.product_id', '=', 'arrived.product_id')
      .where('refund_items.refund_id', '=', refundId),
  );
}

/** Declines a return whose items did not arrive or can't be accepted. */
export async function declineReturn(db: Database, request: Required<RetryRequest>): Promise<DecisionResult> {
  return withRefund(db, request.refundId, async (sql, refund) => {
    const dedupeKey = `declined:${refund.refundId}`;
    if (refund.status !== 'awaiting_return') return notAwaitingReturn(sql, refund, dedupeKey);
    await rejectRefund(sql, refund, request);
    await recordEvent(sql, {
      orderId: refund.orderId,
      type: 'refund_rejected',
      message: `The return for a ${refundInWords(refund)} was not accepted.`,
      data: { refundId: refund.refundId, requestId: request.requestId },
      actor: request.actor,
      reason: request.reason,
      dedupeKey,
    });
    return { outcome: 'decided', refund: (await readRefundFacts(sql, refund.refundId))! };
  });
}

async function notAwaitingReturn(sql: Sql, refund: RefundFacts, dedupeKey: string): Promise<DecisionResult> {
  if (await earlierEvent(sql, refund.orderId, dedupeKey)) return { outcome: 'decided', refund };
  return {
    outcome: 'refused',
    code: 'conflict',
    message: `This refund is ${refund.status.replaceAll('_', ' ')} and does not expect a return.`,
  };
}

export interface RetryRequest {
  refundId: string;
  requestId: string;
  actor: string;
  reason?: string;
}

/**
 * Retries a failed refund if its amount and its units can still be refunded. Refunds made in the meantime count toward the requester's
 * limit; above that it waits for approval, unless it was approved before.
 */
export async function retryFailed(db: Database, limits: RefundLimits, request: RetryRequest): Promise<DecisionResult> {
  return withRefund(db, request.refundId, async (sql, refund, order) => {
    if (isClosedRefund(refund.status)) {
      const message = `This refund was ${refund.status}: ${refund.decisionReason}`;
      return { outcome: 'refused', code: 'conflict', message };
    }
    if (refund.status !== 'failed') return { outcome: 'decided', refund };
    if (refund.isGivenUp) {
      return {
        outcome: 'refused',
        code: 'conflict',
        message: 'This refund was given up because the customer was paid another way.',
      };
    }
    const others = await readRecords(sql, refund.orderId, refund.refundId);
    const remainingCents = refundableCents(order, others);
    // A canceled order accepts no other refunds, so the cancellation refunds whatever remains.
    const amountCents =
      refund.kind === 'cancellation' && remainingCents > 0
        ? Math.min(refund.amountCents, remainingCents)
        : refund.amountCents;
    const tooLate = await refusalToResume(sql, { ...refund, amountCents }, order);
    if (tooLate) return tooLate;
    const isApproved = refund.decidedBy !== null && refund.failureReason !== NOT_APPROVED;
    const waits = !isApproved && needsApproval(limits, roleOf(refund.requestedBy), others, amountCents);
    if (waits && !isAuthenticated(refund.requestedBy)) {
      const limit = formatMoney(limits.supportCents, order.currency);
      return { outcome: 'refused', code: 'forbidden', message: unknownRequesterRefusal('Refunds', limit) };
    }
    await updateRefund(sql, refund.refundId, {
      status: waits ? 'awaiting_approval' : 'pending',
      amount: toDecimalString(amountCents, refund.currency),
      attempt: refund.attempt + 1,
      stripe_refund_id: null,
      failure_reason: null,
      ...(waits && { decided_by: null, decided_at: null, decision_reason: null }),
    });
    const what = refundInWords({ ...refund, amountCents });
    await recordEvent(sql, {
      orderId: refund.orderId,
      type: 'refund_retried',
      message: waits
        ? `The ${what} is waiting for approval before it is retried, because other refunds were made in the meantime.`
        : `The ${what} is being retried.`,
      data: { refundId: refund.refundId, requestId: request.requestId },
      actor: request.actor,
      reason: request.reason,
      dedupeKey: `retry:${refund.refundId}:${refund.attempt}`,
    });
    return { outcome: 'decided', refund: (await readRefundFacts(sql, refund.refundId))! };
  });
}

/**
 * Ends a failed refund whose amount was paid another way, such as by bank transfer. It counts as refunded, and the units that it canceled
 * stay canceled and return to stock.
 */
export function giveUpFailed(db: Database, request: Required<RetryRequest>): Promise<DecisionResult> {
  return withRefund(db, request.refundId, async (sql, refund) => {
    const dedupeKey = `refund_given_up:${refund.refundId}:${refund.attempt}`;
    if (await earlierEvent(sql, refund.orderId, dedupeKey)) return { outcome: 'decided', refund };
    if (refund.status !== 'failed' || refund.isGivenUp) {
      const state = refund.isGivenUp ? 'given up' : refund.status.replaceAll('_', ' ');
      return { outcome: 'refused', code: 'conflict', message: `This refund is ${state}, not failed.` };
    }
    await updateRefund(sql, refund.refundId, { given_up_at: now });
    if (refund.cancelsUnits) await restockRefund(sql, refund.refundId);
    await updateRefundedOrder(sql, refund.orderId);
    await recordEvent(sql, {
      orderId: refund.orderId,
      type: 'refund_given_up',
      message: `The ${refundInWords(refund)} was given up; the customer was paid another way.`,
      data: { refundId: refund.refundId, amountCents: refund.amountCents },
      actor: request.actor,
      reason: request.reason,
      dedupeKey,
    });
    if (await wasAnnounced(sql, refund))
      await queueMail(sql, refund.orderId, { kind: 'refund_given_up', refundId: refund.refundId });
    return { outcome: 'decided', refund: (await readRefundFacts(sql, refund.refundId))! };
  });
}
