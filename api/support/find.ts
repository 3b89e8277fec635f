/** Finds a case by what support staff enter. An email address becomes its hash, so that it appears in no URL. */
import { DomainError } from '../../domain/errors.ts';
import { STRIPE } from '../../domain/identity.ts';
import { emailHash } from '../../infra/email-hash.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import { listUrl } from '../../infra/temporal/client.ts';
import { refundWorkflowId } from '../../workflows/refund/messages.ts';
import { unmatchedPaymentWorkflowId } from '../../workflows/unmatched-payment/messages.ts';
import type { ApiDependencies } from '../context.ts';
import { QUERIES, readSearch, WHAT_TO_ENTER } from './case-search.ts';

type FindDependencies = Pick<ApiDependencies, 'settings' | 'db'>;

/**
 * The URL of the list in the Temporal Web UI with the cases that were asked for.
 * @throws DomainError invalid_request with what can be entered; not_found for an unknown ID of Stripe; unavailable without a Web UI
 */
export async function addressOfCase({ settings, db }: FindDependencies, entered: string): Promise<string> {
  const url = listUrl(settings, await queryFor(db, settings.EMAIL_HASH_KEY, entered));
  if (!url) throw new DomainError('unavailable', 'No Temporal Web UI is configured. Set TEMPORAL_UI_URL.');
  return url;
}

async function queryFor(sql: Sql, hashKey: string, entered: string): Promise<string> {
  const search = readSearch(entered);
  switch (search?.by) {
    case 'number':
      return QUERIES.number(search.number);
    case 'email':
      return QUERIES.emailHash(emailHash(hashKey, search.address));
    case 'id':
      return (await refundQuery(sql, 'id', search.id)) ?? QUERIES.id(search.id);
    case 'order':
      return QUERIES.order(search.orderId);
    case 'workflow':
      return QUERIES.workflow(search.workflowId);
    case 'stripe':
      return stripeQuery(sql, search.id);
    case 'status':
      return QUERIES.status(search.status);
    case 'amount':
      return QUERIES.amount(search.amount);
    case 'day':
      return QUERIES.day(search.day);
    case undefined:
      throw new DomainError('invalid_request', `This can’t be searched for. ${WHAT_TO_ENTER}`);
  }
}

/** The refund with this ID, of the shop or of Stripe; undefined if there is none. */
async function refundQuery(sql: Sql, column: 'id' | 'stripe_refund_id', id: string): Promise<string | undefined> {
  const refund = await sql.row(
    sql.query.selectFrom('refunds').select(['order_id', 'request_id', 'requested_by']).where(column, '=', id),
  );
  if (!refund) return undefined;
  // A refund made in the Stripe Dashboard has no workflow; its order's page shows it.
  if (refund.requested_by === STRIPE) return QUERIES.order(refund.order_id);
  return QUERIES.workflow(refundWorkflowId(refund.order_id, refund.request_id));
}

/** The case of a payment, a refund, or a chargeback at Stripe. @throws DomainError not_found */
async function stripeQuery(sql: Sql, id: string): Promise<string> {
  const refund = await refundQuery(sql, 'stripe_refund_id', id);
  if (refund) return refund;
  const payment = await sql.row(
    sql.query
      .selectFrom('payments')
      .select(['id', 'unmatched_reason'])
      .where((is) => is.or([is('id', '=', id), is('stripe_refund_id', '=', id)])),
  );
  if (payment && payment.unmatched_reason !== null) return QUERIES.workflow(unmatchedPaymentWorkflowId(payment.id));
  const order =
    (await sql.row(sql.query.selectFrom('orders').select('id').where('payment_intent_id', '=', id))) ??
    (await sql.row(sql.query.selectFrom('disputes').select('order_id as id').where('id', '=', id)));
  if (!order) throw new DomainError('not_found', 'The shop has no payment, refund, or chargeback with this ID.');
  return QUERIES.order(order.id);
}
