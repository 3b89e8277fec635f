/** Invariant 7: nobody keeps both the money and the items. Compares refunded with bought units, per line. */
import type { Database } from '../../infra/postgres/database.ts';
import type { Finding } from './finding.ts';

const MAX_FINDINGS = 1000;

/** Units of a line that refunds include, pending ones as well. */
const TAKEN = `
  select refund.order_id, line.product_id, sum(line.quantity)::int as units
  from refunds refund join refund_items line on line.refund_id = refund.id
  where refund.status not in ('failed', 'rejected') or line.restocked_at is not null
    or (refund.cancels_units and refund.given_up_at is not null)
  group by refund.order_id, line.product_id`;

const BOUGHT =
  'select order_id, product_id, sum(quantity)::int as units from order_items group by order_id, product_id';

export async function checkGoods(db: Database): Promise<Finding[]> {
  const overRefunded = await db.rows<{ order_id: string; product_id: string; taken: number; bought: number }>(
    `select taken.order_id, taken.product_id, taken.units as taken, coalesce(bought.units, 0) as bought
     from (${TAKEN}) taken left join (${BOUGHT}) bought using (order_id, product_id)
     where taken.units > coalesce(bought.units, 0) limit ${MAX_FINDINGS}`,
  );
  const shippedUnsettled = await db.rows<{ id: string; refund_id: string; status: string }>(
    `select o.id, refund.id as refund_id, refund.status from orders o join refunds refund on refund.order_id = o.id
     where o.shipped_at is not null and refund.cancels_units and refund.given_up_at is null
       and refund.status in ('awaiting_approval', 'pending', 'failed')
       and not exists (select 1 from refund_items where refund_id = refund.id and restocked_at is not null) limit ${MAX_FINDINGS}`,
  );
  const neverSold = await db.rows<{ id: string; units: number }>(
    `select o.id, sum(line.quantity)::int as units
     from orders o join refunds refund on refund.order_id = o.id join refund_items line on line.refund_id = refund.id
     where o.paid_at is null and line.restocked_at is not null group by o.id limit ${MAX_FINDINGS}`,
  );
  // A cancellation restocks its units at once, whatever its refund's outcome; other refunds restock once they succeed.
  const notRestocked = await db.rows<{ refund_id: string; order_id: string; product_id: string; quantity: number }>(
    `select refund.id as refund_id, refund.order_id, line.product_id, line.quantity
     from refunds refund join refund_items line on line.refund_id = refund.id
     where refund.cancels_units and line.restocked_at is null
       and (refund.status = 'succeeded' or refund.given_up_at is not null) limit ${MAX_FINDINGS}`,
  );
  // A refund that may still succeed has canceled nothing yet. Given-up refunds and won chargebacks stay failed.
  const forgotten = await db.rows<{ id: string }>(
    `select o.id from orders o
     where o.status in ('refunded', 'canceled') and o.paid_at is not null and o.shipped_at is null
       and not exists (select 1 from refunds where order_id = o.id and (status in ('awaiting_approval', 'pending')
         or status = 'failed' and given_up_at is null and kind <> 'chargeback'))
       and exists (
         select 1 from (${BOUGHT}) bought left join (${TAKEN}) taken using (order_id, product_id)
         where bought.order_id = o.id and bought.units > coalesce(taken.units, 0)) limit ${MAX_FINDINGS}`,
  );
  const finding = (subject: string, detail: string): Finding => ({ check: 'goods', subject, detail });
  return [
    ...overRefunded.map((row) =>
      finding(
        `order ${row.order_id}`,
        `has refunds for ${row.taken} units of product ${row.product_id}, but only ${row.bought} were bought`,
      ),
    ),
    ...shippedUnsettled.map((row) =>
      finding(`order ${row.id}`, `has shipped, but refund ${row.refund_id} of its unshipped units is ${row.status}`),
    ),
    ...notRestocked.map((row) =>
      finding(
        `order ${row.order_id}`,
        `refund ${row.refund_id} canceled ${row.quantity} units of product ${row.product_id}, which did not return to stock`,
      ),
    ),
    ...neverSold.map((row) => finding(`order ${row.id}`, `returned ${row.units} units to stock that it never bought`)),
    ...forgotten.map((row) =>
      finding(
        `order ${row.id}`,
        'is refunded in full and never shipped, but some of its units are not canceled or did not return to stock',
      ),
    ),
  ];
}
