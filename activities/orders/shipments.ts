/** Parcels: ships all or some of an order's units, and records their delivery. The caller holds the order's lock. */
import { randomUUID } from 'node:crypto';
import type { Fulfillment } from '../../domain/order-state.ts';
import type { RefundLine } from '../../domain/refund-units.ts';
import { fulfillmentOfShipped, refusalOfShipping, remainingParcel } from '../../domain/shipping.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import type { OrderRow, ShipmentRow } from '../../infra/postgres/orders.ts';
import { now, rowsOf } from '../../infra/postgres/statement-parts.ts';
import { hasMoneyWithheld, readRecords } from '../refunds/refund-facts.ts';
import { orderForRefund } from './order-facts.ts';

export interface Parcel {
  carrier: string;
  trackingNumber: string;
  /** Units of this parcel; undefined ships everything that remains. */
  lines?: readonly RefundLine[];
}

/** Why this parcel can't ship, as a sentence to act on. */
export async function refusalOfParcel(sql: Sql, order: OrderRow, { lines }: Parcel): Promise<string | undefined> {
  const refunds = await readRecords(sql, order.id);
  return refusalOfShipping(orderForRefund(order), refunds, await hasMoneyWithheld(sql, order.id), lines);
}

/** Records a parcel. @returns its ID, and the order's delivery state with it */
export async function insertParcel(
  sql: Sql,
  order: OrderRow,
  { carrier, trackingNumber, lines }: Parcel,
): Promise<{ shipmentId: string; fulfillment: Fulfillment }> {
  const refunds = await readRecords(sql, order.id);
  const before = orderForRefund(order);
  const parcel = lines ?? remainingParcel(before, refunds);
  const shipmentId = randomUUID();
  await sql.run(
    sql.query
      .with('shipped', (query) =>
        query
          .insertInto('shipments')
          .values({ id: shipmentId, order_id: order.id, carrier, tracking_number: trackingNumber })
          .returning('id'),
      )
      .insertInto('shipment_items')
      .columns(['shipment_id', 'product_id', 'quantity'])
      .expression((query) =>
        query
          .selectFrom([
            'shipped',
            rowsOf(
              'item',
              { product_id: 'uuid', quantity: 'integer' },
              parcel.map(({ productId, quantity }) => ({ product_id: productId, quantity })),
            ),
          ])
          .select((item) => ['shipped.id', 'item.product_id', item.fn.sum<number>('item.quantity').as('quantity')])
          .groupBy(['shipped.id', 'item.product_id']),
      ),
  );
  const fulfillment = fulfillmentOfShipped({ ...before, shipped: [...before.shipped, ...parcel] }, refunds);
  return { shipmentId, fulfillment };
}

/**
 * The parcel that was delivered.
 * @param trackingNumber needed only if several parcels are on their way
 * @returns a sentence if it can't be determined, or no parcel of an order that has none
 */
export function deliveredParcel(
  { shipments }: Pick<OrderRow, 'shipments'>,
  trackingNumber: string | undefined,
): { parcel: ShipmentRow | undefined } | { refused: string } {
  const underway = shipments.filter((shipment) => shipment.delivered_at === null);
  const numbers = underway.map((shipment) => shipment.tracking_number).join(', ');
  if (trackingNumber !== undefined) {
    const parcel = underway.find((shipment) => shipment.tracking_number === trackingNumber);
    if (parcel) return { parcel };
    const isKnown = shipments.some((shipment) => shipment.tracking_number === trackingNumber);
    if (isKnown) return { refused: `The parcel ${trackingNumber} is already delivered.` };
    return { refused: `This order has no parcel ${trackingNumber}. Parcels on their way: ${numbers || 'none'}.` };
  }
  if (underway.length > 1)
    return { refused: `Several parcels are on their way: ${numbers}. Specify "trackingNumber".` };
  if (underway.length === 0 && shipments.length > 0) return { refused: 'All parcels of this order are delivered.' };
  return { parcel: underway[0] };
}

/** Records that a parcel was delivered. @returns whether all parcels of the order are delivered now */
export async function markParcelDelivered(
  sql: Sql,
  { shipments }: Pick<OrderRow, 'shipments'>,
  parcel: ShipmentRow | undefined,
): Promise<boolean> {
  if (parcel) await sql.run(sql.query.updateTable('shipments').set({ delivered_at: now }).where('id', '=', parcel.id));
  return shipments.every((shipment) => shipment.delivered_at !== null || shipment.id === parcel?.id);
}

/**
 * The columns of an order of which a part has shipped, after a refund may have canceled the rest: then it has shipped, or was delivered,
 * as a whole.
 */
export async function fulfillmentOfPartlyShipped(
  sql: Sql,
  order: OrderRow,
): Promise<{ fulfillment: Fulfillment; shipped_at?: Date; delivered_at?: Date }> {
  const latest = (times: readonly (string | null)[]) => new Date(Math.max(...times.map((at) => Date.parse(at!))));
  const { shipments } = order;
  const fulfillment = fulfillmentOfShipped(orderForRefund(order), await readRecords(sql, order.id));
  if (fulfillment !== 'shipped') return { fulfillment };
  const shipped_at = latest(shipments.map((shipment) => shipment.shipped_at));
  const delivered = shipments.map((shipment) => shipment.delivered_at);
  if (delivered.includes(null)) return { fulfillment, shipped_at };
  return { fulfillment: 'delivered', shipped_at, delivered_at: latest(delivered) };
}
