import { WithStartWorkflowOperation } from '@temporalio/client';
import { DomainError } from '../../domain/errors.ts';
import { ID_NAMESPACES } from '../../domain/ids.ts';
import { fromDecimal, toDecimal } from '../../domain/money.ts';
import type { RefundStatus } from '../../domain/order-state.ts';
import { committedRefundCents } from '../../domain/refund.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import { uuidFrom } from '../../infra/uuid.ts';
import {
  type RefundFacts,
  type RefundRequest,
  refundWorkflowId,
  requestRefundUpdate,
} from '../../workflows/refund/messages.ts';
import { orderIdKey } from '../../workflows/shared/search-attributes.ts';
import type { ApiDependencies } from '../context.ts';
import type { Refund } from '../contracts/refunds.ts';
import { answerDeadline, callWorkflow } from '../temporal-call.ts';

/**
 * Asks for a refund; it is sent to Stripe by its workflow.
 * @throws DomainError order_not_refundable, refund_exceeds_charge, idempotency_key_reused
 */
export async function startRefund(
  { temporal }: Pick<ApiDependencies, 'temporal'>,
  request: Omit<RefundRequest, 'refundId'>,
): Promise<RefundFacts> {
  const refundId = uuidFrom(ID_NAMESPACES.refund, `${request.orderId}:${request.requestId}`);
  const { orderId } = request;
  const answer = await callWorkflow(() =>
    temporal.withDeadline(answerDeadline(), () =>
      temporal.workflow.executeUpdateWithStart(requestRefundUpdate, {
        args: [{ ...request, refundId }],
        updateId: 'request',
        startWorkflowOperation: new WithStartWorkflowOperation('refund', {
          workflowId: refundWorkflowId(orderId, request.requestId),
          taskQueue: 'checkout',
          args: [{ orderId, refundId }],
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          staticSummary: 'Refund',
          typedSearchAttributes: [{ key: orderIdKey, value: orderId }],
        }),
      }),
    ),
  );
  switch (answer.outcome) {
    case 'accepted': {
      const { refund } = answer;
      if (
        refund.reason !== request.reason ||
        (request.amountCents !== undefined && refund.amountCents !== request.amountCents)
      ) {
        throw new DomainError('idempotency_key_reused', 'Use a new Idempotency-Key for another refund.');
      }
      return refund;
    }
    case 'refused':
      throw new DomainError(answer.code, answer.message, {
        details: { refundable_amount: toDecimal(answer.refundableCents, answer.currency) },
      });
    case 'order_missing':
      throw new DomainError('not_found', 'There is no such order.');
  }
}

export function presentRefund(refund: RefundFacts): Refund {
  return {
    id: refund.refundId,
    order_id: refund.orderId,
    amount: toDecimal(refund.amountCents, refund.currency),
    currency: refund.currency,
    reason: refund.reason,
    status: refund.status,
    created_at: refund.createdAt,
    updated_at: refund.updatedAt,
  };
}

interface RefundRow {
  id: string;
  order_id: string;
  amount: string;
  currency: string;
  reason: string;
  status: RefundStatus;
  created_at: Date;
  updated_at: Date;
}

export async function listRefunds(sql: Sql, orderId: string): Promise<{ items: Refund[]; committedCents: number }> {
  const rows = await sql.rows<RefundRow>(
    'select id, order_id, amount, currency, reason, status, created_at, updated_at from refunds where order_id = $1 order by created_at',
    [orderId],
  );
  return {
    items: rows.map((row) => ({
      ...row,
      amount: Number(row.amount),
      created_at: row.created_at.toISOString(),
      updated_at: row.updated_at.toISOString(),
    })),
    committedCents: committedRefundCents(
      rows.map((row) => ({ amountCents: fromDecimal(row.amount, row.currency), status: row.status })),
    ),
  };
}
