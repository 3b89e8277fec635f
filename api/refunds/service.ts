import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { DomainError } from '../../domain/errors.ts';
import { isStaffActor } from '../../domain/identity.ts';
import { fromDecimal, toDecimal } from '../../domain/money.ts';
import { isClosedRefund, REFUND_STATUSES, type RefundStatus } from '../../domain/order-state.ts';
import { asksFor, committedRefundCents, isWithdrawable, type RefundRequest } from '../../domain/refund.ts';
import { reasonForShopper } from '../../domain/refund-words.ts';
import { decisionSubject, proveActor, refundIdOf, refundSubject } from '../../infra/actor-proof.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import { orderTraits } from '../../infra/postgres/order-traits.ts';
import { type RefundRow, readRefund, readRefunds, selectRefunds } from '../../infra/postgres/refunds.ts';
import { anyOf } from '../../infra/postgres/statement-parts.ts';
import { workflowUrl } from '../../infra/temporal/client.ts';
import {
  decideRefundUpdate,
  refundWorkflowId,
  requestRefundUpdate,
  withdrawRefundUpdate,
} from '../../workflows/refund/messages.ts';
import { refundStart, type StartedRefund } from '../../workflows/refund/start.ts';
import { updateRefund } from '../case-workflows.ts';
import type { ApiDependencies, Settings } from '../context.ts';
import type { Order } from '../contracts/orders.ts';
import type { Refund } from '../contracts/refunds.ts';
import { traitsOf } from '../orders/order-reader.ts';
import { updateWithStart } from '../temporal-call.ts';

const MAX_WAITING = 200;

type RefundDependencies = Pick<ApiDependencies, 'temporal' | 'settings' | 'db'>;

export interface ApiRefundRequest extends Omit<RefundRequest, 'refundId'> {
  /** The authenticated caller, in the format of `domain/identity`. */
  actor: string;
  order: Order;
}

/**
 * Requests a refund. Its workflow sends it to Stripe, either immediately or after the required approval or return.
 * @throws DomainError order_not_refundable, refund_exceeds_charge, idempotency_key_reused
 */
export async function startRefund(
  deps: RefundDependencies,
  { actor, order, ...request }: ApiRefundRequest,
): Promise<Refund> {
  const { orderId, requestId } = request;
  const refundId = refundIdOf(orderId, requestId);
  const amount = request.amountCents === undefined ? undefined : toDecimal(request.amountCents, order.currency);
  const started = { ...traitsOf(deps.settings, order), refundId, requestId, amount, createdAt: new Date() };
  const proof = proveActor(deps.settings.JWT_SECRET, actor, refundSubject(refundId));
  const answer = await updateWithStart(
    deps.temporal,
    refundStart(started),
    requestRefundUpdate,
    { ...request, refundId, ...proof },
    'request',
  ).catch((error: unknown) => {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw error;
  });
  // The workflow has completed, and its last run was not started by this request, such as one that staff started in the Temporal UI.
  if (!answer) return repeatedRefund(deps, refundId, request, isStaffActor(actor));
  switch (answer.outcome) {
    case 'accepted':
      // A repeated request gets the first one's response, so the refund must match this request.
      if (!asksFor(request, answer.refund))
        throw new DomainError('idempotency_key_reused', 'Use a new Idempotency-Key for a different refund.');
      return presentRefund(deps, refundId, isStaffActor(actor));
    case 'refused':
      throw new DomainError(answer.code, answer.message, {
        details: { refundable_amount: toDecimal(answer.refundableCents, answer.currency) },
      });
    case 'order_missing':
      throw new DomainError('not_found', 'Order not found.');
  }
}

/**
 * The refund of an earlier request with the same ID.
 * @throws DomainError idempotency_key_reused if that request was a different one
 */
async function repeatedRefund(
  deps: RefundDependencies,
  refundId: string,
  request: Pick<RefundRequest, 'amountCents' | 'lines' | 'reason'>,
  forStaff: boolean,
): Promise<Refund> {
  const row = await readRefund(deps.db, refundId);
  const isSame =
    row &&
    asksFor(request, {
      amountCents: fromDecimal(row.amount, row.currency),
      lines: row.items.map(({ product_id, quantity }) => ({ productId: product_id, quantity })),
      reason: row.reason,
    });
  if (!isSame) throw new DomainError('idempotency_key_reused', 'Use a new Idempotency-Key for a different refund.');
  return present(row, deps.settings, forStaff);
}

/**
 * Sends a support lead's decision about a refund that awaits approval.
 * @throws DomainError not_found; forbidden, also for the refund's requester; conflict when it does not await approval
 */
export async function decideRefund(
  deps: RefundDependencies,
  request: { refundId: string; decision: 'approve' | 'reject'; actor: string; reason: string },
): Promise<Refund> {
  const { refundId, decision, actor, reason } = request;
  await updateRefund(deps, await startedRefund(deps, refundId), decideRefundUpdate, {
    refundId,
    decision,
    reason,
    ...proveActor(deps.settings.JWT_SECRET, actor, decisionSubject(refundId, decision)),
  });
  return presentRefund(deps, refundId, true);
}

/**
 * Withdraws a refund that is no longer wanted. A repeated request returns the withdrawn refund.
 * @throws DomainError not_found; forbidden for a shopper whose refund staff requested; conflict when it can no longer be withdrawn
 */
export async function withdrawRefund(
  deps: RefundDependencies,
  request: { refundId: string; actor: string; reason: string },
): Promise<Refund> {
  const { refundId, actor, reason } = request;
  await updateRefund(deps, await startedRefund(deps, refundId), withdrawRefundUpdate, {
    requestId: 'withdraw',
    reason,
    ...proveActor(deps.settings.JWT_SECRET, actor, decisionSubject(refundId, 'withdraw')),
  });
  return presentRefund(deps, refundId, isStaffActor(actor));
}

/** The refund, to resume its workflow. @throws DomainError not_found */
async function startedRefund({ db, settings }: RefundDependencies, refundId: string): Promise<StartedRefund> {
  const refund = await readRefund(db, refundId);
  if (!refund) throw new DomainError('not_found', 'Refund not found.');
  return {
    ...orderTraits(settings, refund),
    refundId,
    orderId: refund.order_id,
    requestId: refund.request_id,
    amount: Number(refund.amount),
    createdAt: refund.created_at,
  };
}

/** ID of the order that the refund is of. @throws DomainError not_found */
export async function orderOfRefund(sql: Sql, refundId: string): Promise<string> {
  const refund = await sql.row(sql.query.selectFrom('refunds').select('order_id').where('id', '=', refundId));
  if (!refund) throw new DomainError('not_found', 'Refund not found.');
  return refund.order_id;
}

/** @throws DomainError not_found */
async function presentRefund(
  { db, settings }: RefundDependencies,
  refundId: string,
  forStaff: boolean,
): Promise<Refund> {
  const row = await readRefund(db, refundId);
  if (!row) throw new DomainError('not_found', 'Refund not found.');
  return present(row, settings, forStaff);
}

export async function listRefunds(
  sql: Sql,
  settings: Settings,
  orderId: string,
  forStaff: boolean,
): Promise<{ items: Refund[]; committedCents: number }> {
  const rows = await readRefunds(sql, orderId);
  return {
    items: rows.map((row) => present(row, settings, forStaff)),
    committedCents: committedRefundCents(
      rows.map((row) => ({
        amountCents: fromDecimal(row.amount, row.currency),
        status: row.status,
        isGivenUp: row.given_up_at !== null,
      })),
    ),
  };
}

/** Refunds that await an approval or a return, oldest first; for staff. */
export async function listWaiting(sql: Sql, settings: Settings, status?: RefundStatus): Promise<Refund[]> {
  const waiting = REFUND_STATUSES.filter((each) => each.startsWith('awaiting_'));
  const rows = await sql.rows(
    selectRefunds(sql)
      .where('refunds.status', '=', anyOf(status ? [status] : waiting))
      .orderBy('refunds.created_at')
      .orderBy('refunds.id')
      .limit(MAX_WAITING),
  );
  return rows.map((row) => present(row, settings, true));
}

function present(row: RefundRow, settings: Settings, forStaff: boolean): Refund {
  const lines = row.items.map(({ product_id, quantity }) => ({ product_id, quantity }));
  return {
    id: row.id,
    order_id: row.order_id,
    kind: row.kind,
    amount: Number(row.amount),
    currency: row.currency,
    lines,
    cancels_units: row.cancels_units,
    reason: forStaff ? row.reason : reasonForShopper({ ...row, requestedBy: row.requested_by }),
    status: row.status,
    given_up: row.given_up_at !== null,
    can_withdraw: isWithdrawable({
      status: row.status,
      cancelsUnits: row.cancels_units,
      lines: lines.map(({ product_id, quantity }) => ({ productId: product_id, quantity })),
      requestedBy: row.requested_by,
    }),
    restocked: row.is_restocked,
    decision_reason: forStaff || isClosedRefund(row.status) ? row.decision_reason : null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    requested_by: forStaff ? row.requested_by : null,
    workflow_url: forStaff ? workflowUrl(settings, refundWorkflowId(row.order_id, row.request_id)) : null,
  };
}
