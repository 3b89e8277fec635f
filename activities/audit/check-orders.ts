/** Checks that an order's row matches its refunds and disputes: its status, its refunded amount, and whether it was allowed to ship. */
import type { Database } from '../../infra/postgres/database.ts';
import type { Finding } from './finding.ts';

const MAX_FINDINGS = 1000;

/** Amounts per order: refunded at Stripe or charged back, paid back another way, and still to be refunded. */
const RETURNED = `
  select o.id, o.status, o.fulfillment, o.captured_amount, o.refunded_amount, o.shipped_at,
    least(o.captured_amount, coalesce(sum(refund.amount) filter (where refund.status = 'succeeded'
      or (refund.status = 'pending' and refund.stripe_refund_id is not null)), 0)) as at_stripe,
    coalesce(sum(refund.amount) filter (where refund.given_up_at is not null), 0) as otherwise,
    coalesce(sum(refund.amount) filter (where refund.kind <> 'chargeback'
      and (refund.status not in ('failed', 'rejected') or refund.given_up_at is not null)), 0) as promised
  from orders o left join refunds refund on refund.order_id = o.id
  group by o.id`;

/** Same rule as `statusOfPaid` in domain/order-state.ts; a test compares the two. */
export const STATUS_OF_PAID = `
  case when returned.at_stripe + returned.otherwise >= returned.captured_amount then 'refunded'
    when returned.fulfillment <> 'unfulfilled' then returned.fulfillment
    when returned.at_stripe + returned.otherwise > 0 then 'partially_refunded' else 'paid' end`;

const WRONG_STATUS = `
  select returned.id, returned.status, returned.captured_amount > 0 as is_paid, ${STATUS_OF_PAID} as expected from (${RETURNED}) returned
  where case
    when returned.status in ('expired', 'canceled') then returned.fulfillment in ('shipped', 'delivered')
    when returned.captured_amount = 0 then returned.status <> 'pending'
    else returned.status <> ${STATUS_OF_PAID} end`;

const WRONG_AMOUNT = `
  select id, refunded_amount::text as recorded, at_stripe::text as expected from (${RETURNED}) returned where refunded_amount <> at_stripe`;

const TOO_MUCH_PROMISED = `
  select id, promised::text as promised, captured_amount::text as captured from (${RETURNED}) returned where promised > captured_amount`;

/** A refund of unshipped units must cancel them. */
const NOT_CANCELED = `
  select distinct o.id, refund.id as refund_id from orders o join refunds refund on refund.order_id = o.id
    join refund_items item on item.refund_id = refund.id
  where not refund.cancels_units and refund.status not in ('failed', 'rejected') and o.paid_at is not null
    and (o.shipped_at is null or refund.created_at < o.shipped_at)`;

const NOTHING_TO_SHIP = `
  select o.id from orders o where o.shipped_at is not null and not exists (
    select 1 from order_items bought
    left join (select refund.order_id, item.product_id, sum(item.quantity) as units
      from refunds refund join refund_items item on item.refund_id = refund.id
      where refund.cancels_units and (refund.status = 'succeeded' or refund.given_up_at is not null or item.restocked_at is not null)
      group by refund.order_id, item.product_id) canceled
      on canceled.order_id = bought.order_id and canceled.product_id = bought.product_id
    where bought.order_id = o.id
    group by bought.product_id, canceled.units having sum(bought.quantity) > coalesce(canceled.units, 0))`;

/** The order's history contains a dispute's status at the time of shipping. */
const SHIPPED_IN_DISPUTE = `
  select o.id, dispute.id as dispute_id from orders o join disputes dispute on dispute.order_id = o.id
  where o.shipped_at is not null and (
    select event.data ->> 'status' from order_events event
    where event.order_id = o.id and event.type in ('dispute_opened', 'dispute_changed') and event.data ->> 'disputeId' = dispute.id
      and event.created_at < o.shipped_at
    order by event.id desc limit 1) in ('needs_response', 'under_review')`;

export async function checkOrders(db: Database): Promise<Finding[]> {
  const rows = async <Row extends { id: string }>(sql: string, detail: (row: Row) => string): Promise<Finding[]> =>
    (await db.rows<Row>(`${sql} limit ${MAX_FINDINGS}`)).map((row) => ({
      check: 'orders',
      subject: `order ${row.id}`,
      detail: detail(row),
    }));
  return [
    ...(await rows<{ id: string; status: string; is_paid: boolean; expected: string }>(
      WRONG_STATUS,
      ({ status, is_paid, expected }) =>
        is_paid
          ? `is ${status}, but its fulfillment and payments make it ${expected}`
          : `is ${status}, but nothing was charged`,
    )),
    ...(await rows<{ id: string; recorded: string; expected: string }>(
      WRONG_AMOUNT,
      ({ recorded, expected }) => `records ${recorded} as refunded, but its refunds add up to ${expected}`,
    )),
    ...(await rows<{ id: string; promised: string; captured: string }>(
      TOO_MUCH_PROMISED,
      ({ promised, captured }) => `has refunds of ${promised}, more than its charge of ${captured}`,
    )),
    ...(await rows<{ id: string; refund_id: string }>(
      NOT_CANCELED,
      ({ refund_id }) => `refund ${refund_id} is for unshipped units but does not cancel them`,
    )),
    ...(await rows(NOTHING_TO_SHIP, () => 'has shipped although all of its units were canceled')),
    ...(await rows<{ id: string; dispute_id: string }>(
      SHIPPED_IN_DISPUTE,
      ({ dispute_id }) => `has shipped while dispute ${dispute_id} was open`,
    )),
  ];
}
