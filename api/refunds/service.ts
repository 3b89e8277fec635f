import { DomainError } from '../../domain/errors.ts';
import { isStaffActor, STRIPE } from '../../domain/identity.ts';
import { fromDecimal, toDecimal } from '../../domain/money.ts';
import { REFUND_STATUSES, type RefundStatus } from '../../domain/order-state.ts';
import { asksFor, committedRefundCents, type RefundRequest } from '../../domain/refund.ts';
import { reasonForShopper } from '../../domain/refund-words.ts';
import { decisionSubject, proveActor, refundIdOf, refundSubject } from '../../infra/actor-proof.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import { workflowUrl } from '../../infra/temporal/client.ts';
import { decideRefundUpdate, refundWorkflowId, requestRefundUpdate } from '../../workflows/refund/messages.ts';
import { refundStart } from '../../workflows/refund/start.ts';
import { updateRefund } from '../case-workflows.ts';
import type { ApiDependencies, Settings } from '../context.ts';
import type { Refund } from '../contracts/refunds.ts';
import { updateWithStart } from '../temporal-call.ts';

type RefundDependencies = Pick<ApiDependencies, 'temporal' | 'settings' | 'db'>;

export interface ApiRefundRequest extends Omit<RefundRequest, 'refundId'> {
  /** Who asks, as the API has seen them: `<role>:<user id>`, or `guest`. */
  actor: string;
  customerId: string | null;
  /** The order's. */
  currency: string;
}

/**
 * Asks for a refund; it is sent to Stripe by its workflow, at once or when those have agreed who must.
 * @throws DomainError order_not_refundable, refund_exceeds_charge, idempotency_key_reused
 */
export async function startRefund(
  { temporal, settings, db }: RefundDependencies,
  { actor, customerId, currency, ...request }: ApiRefundRequest,
): Promise<Refund> {
  const { orderId, requestId } = request;
  const refundId = refundIdOf(orderId, requestId);
  const amount = request.amountCents === undefined ? undefined : toDecimal(request.amountCents, currency);
  const started = { refundId, orderId, requestId, customerId, amount, createdAt: new Date() };
  const proof = proveActor(settings.JWT_SECRET, actor, refundSubject(refundId));
  const answer = await updateWithStart(
    temporal,
    refundStart(started, 'Refund', false),
    requestRefundUpdate,
    { ...request, refundId, ...proof },
    'request',
  );
  switch (answer.outcome) {
    case 'accepted':
      // The workflow remembers its first answer: whether this is the same request is told by what it made.
      if (!asksFor(request, answer.refund))
        throw new DomainError('idempotency_key_reused', 'Use a new Idempotency-Key for a different refund.');
      return readRefund(db, settings, refundId, isStaffActor(actor));
    case 'refused':
      throw new DomainError(answer.code, answer.message, {
        details: { refundable_amount: toDecimal(answer.refundableCents, answer.currency) },
      });
    case 'order_missing':
      throw new DomainError('not_found', 'Order not found.');
  }
}

/**
 * A support lead's decision about a refund that waits.
 * @throws DomainError not_found, forbidden (also for whoever asked for it), conflict when nothing waits
 */
export async function decideRefund(
  deps: RefundDependencies,
  request: { refundId: string; decision: 'approve' | 'reject'; actor: string; reason: string },
): Promise<Refund> {
  const { refundId, decision, actor, reason } = request;
  const refund = await deps.db.row<ResumedRow>(
    `select r.order_id, r.request_id, r.amount, r.created_at, o.user_id from refunds r join orders o on o.id = r.order_id
     where r.id = $1`,
    [refundId],
  );
  if (!refund) throw new DomainError('not_found', 'Refund not found.');
  const resumed = {
    refundId,
    orderId: refund.order_id,
    requestId: refund.request_id,
    customerId: refund.user_id,
    amount: Number(refund.amount),
    createdAt: refund.created_at,
  };
  await updateRefund(deps, resumed, decideRefundUpdate, {
    refundId,
    decision,
    reason,
    ...proveActor(deps.settings.JWT_SECRET, actor, decisionSubject(refundId, decision)),
  });
  return readRefund(deps.db, deps.settings, refundId, true);
}

interface ResumedRow {
  order_id: string;
  request_id: string;
  amount: string;
  created_at: Date;
  user_id: string | null;
}

interface RefundRow {
  id: string;
  order_id: string;
  request_id: string;
  kind: Refund['kind'];
  amount: string;
  currency: string;
  reason: string;
  status: RefundStatus;
  cancels_units: boolean;
  given_up: boolean;
  restocked: boolean;
  requested_by: string;
  decision_reason: string | null;
  created_at: Date;
  updated_at: Date;
  lines: { product_id: string; quantity: number }[] | null;
}

const SELECT = `
  select id, order_id, request_id, kind, amount, currency, reason, status, cancels_units,
    given_up_at is not null as given_up,
    exists (select 1 from refund_items where refund_id = refunds.id and restocked_at is not null) as restocked, requested_by, decision_reason, created_at, updated_at,
    (select jsonb_agg(jsonb_build_object('product_id', product_id, 'quantity', quantity) order by product_id)
     from refund_items where refund_id = refunds.id) as lines
  from refunds`;
const BY_ID = `${SELECT} where id = $1`;
const BY_ORDER = `${SELECT} where order_id = $1 order by created_at`;
const WAITING = `${SELECT} where status = any($1) order by created_at limit 200`;

/** @throws DomainError not_found */
async function readRefund(sql: Sql, settings: Settings, refundId: string, forStaff: boolean): Promise<Refund> {
  const row = await sql.row<RefundRow>(BY_ID, [refundId]);
  if (!row) throw new DomainError('not_found', 'Refund not found.');
  return present(row, settings, forStaff);
}

export async function listRefunds(
  sql: Sql,
  settings: Settings,
  orderId: string,
  forStaff: boolean,
): Promise<{ items: Refund[]; committedCents: number }> {
  const rows = await sql.rows<RefundRow>(BY_ORDER, [orderId]);
  return {
    items: rows.map((row) => present(row, settings, forStaff)),
    committedCents: committedRefundCents(
      rows.map((row) => ({
        amountCents: fromDecimal(row.amount, row.currency),
        status: row.status,
        isGivenUp: row.given_up,
        isRestocked: row.restocked,
        isFromStripe: row.requested_by === STRIPE,
      })),
    ),
  };
}

/** What waits for someone, oldest first; for staff. */
export async function listWaiting(sql: Sql, settings: Settings, status?: RefundStatus): Promise<Refund[]> {
  const waiting = REFUND_STATUSES.filter((each) => each.startsWith('awaiting_'));
  const rows = await sql.rows<RefundRow>(WAITING, [status ? [status] : waiting]);
  return rows.map((row) => present(row, settings, true));
}

function present(row: RefundRow, settings: Settings, forStaff: boolean): Refund {
  return {
    id: row.id,
    order_id: row.order_id,
    kind: row.kind,
    amount: Number(row.amount),
    currency: row.currency,
    lines: row.lines ?? [],
    cancels_units: row.cancels_units,
    reason: forStaff ? row.reason : reasonForShopper({ ...row, requestedBy: row.requested_by }),
    status: row.status,
    given_up: row.given_up,
    restocked: row.restocked,
    decision_reason: forStaff || row.status === 'rejected' ? row.decision_reason : null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    requested_by: forStaff ? row.requested_by : null,
    workflow_url: forStaff ? workflowUrl(settings, refundWorkflowId(row.order_id, row.request_id)) : null,
  };
}
