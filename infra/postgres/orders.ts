/**
 * Whole order rows are read and locked here only, so that every reader sees a new column and every writer takes the same lock. Other modules
 * may select a few columns, and the ledgers have the conditional transitions.
 */
import type { SelectQueryBuilder, UpdateObject } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import { builtOnce } from './built-once.ts';
import type { Sql } from './database.ts';
import type { Row, Tables } from './entities/index.ts';
import { now } from './statement-parts.ts';

export type OrderItemRow = Pick<Row<'order_items'>, 'product_id' | 'sku' | 'name' | 'image_url' | 'quantity' | 'price'>;

/** A parcel with its units; times as ISO 8601. */
export interface ShipmentRow extends Pick<Row<'shipments'>, 'id' | 'carrier' | 'tracking_number'> {
  shipped_at: string;
  delivered_at: string | null;
  items: Pick<Row<'shipment_items'>, 'product_id' | 'quantity'>[];
}

/** An order with its items in order of product ID, and its parcels, oldest first. */
export interface OrderRow extends Row<'orders'> {
  items: OrderItemRow[];
  /** Whether its reservation was extended, which is possible once. */
  is_extended: boolean;
  shipments: ShipmentRow[];
}

/** Selects whole orders: add conditions, columns, or a lock. */
export function selectOrder(sql: Sql): SelectQueryBuilder<Tables, 'orders', OrderRow> {
  return sql.query
    .selectFrom('orders')
    .selectAll('orders')
    .select((order) => [
      jsonArrayFrom(
        order
          .selectFrom('order_items as item')
          .select(['item.product_id', 'item.sku', 'item.name', 'item.image_url', 'item.quantity'])
          .select((item) => item.cast<string>('item.price', 'text').as('price'))
          .whereRef('item.order_id', '=', 'orders.id')
          .orderBy('item.product_id'),
      ).as('items'),
      order
        .exists(
          order
            .selectFrom('reservations as own')
            .select('own.id')
            .whereRef('own.id', '=', 'orders.reservation_id')
            .where('own.extended_at', 'is not', null),
        )
        .$castTo<boolean>()
        .as('is_extended'),
      jsonArrayFrom(
        order
          .selectFrom('shipments as parcel')
          .select(['parcel.id', 'parcel.carrier', 'parcel.tracking_number'])
          .select((parcel) => [
            parcel.ref('parcel.shipped_at').$castTo<string>().as('shipped_at'),
            parcel.ref('parcel.delivered_at').$castTo<string | null>().as('delivered_at'),
            jsonArrayFrom(
              parcel
                .selectFrom('shipment_items as unit')
                .select(['unit.product_id', 'unit.quantity'])
                .whereRef('unit.shipment_id', '=', 'parcel.id')
                .orderBy('unit.product_id'),
            ).as('items'),
          ])
          .whereRef('parcel.order_id', '=', 'orders.id')
          .orderBy('parcel.shipped_at')
          .orderBy('parcel.id'),
      ).as('shipments'),
    ]);
}

const orderById = builtOnce((sql, { orderId }: { orderId: string }) =>
  selectOrder(sql).where('orders.id', '=', orderId),
);

export function readOrder(sql: Sql, orderId: string): Promise<OrderRow | undefined> {
  return sql.row(orderById(sql, { orderId }));
}

/** Selects an order under its row lock, which serializes everything that is decided about it: refunds change, and payments are applied, only under it. */
export function selectLockedOrder(sql: Sql, orderId: string): SelectQueryBuilder<Tables, 'orders', OrderRow> {
  return selectOrder(sql).where('orders.id', '=', orderId).forNoKeyUpdate();
}

const lockedOrderById = builtOnce((sql, { orderId }: { orderId: string }) => selectLockedOrder(sql, orderId));

export function lockOrder(sql: Sql, orderId: string): Promise<OrderRow | undefined> {
  return sql.row(lockedOrderById(sql, { orderId }));
}

/** Changes columns of an order, whose lock the caller holds. A trigger refuses a transition that `domain/order-state` does not have. */
export async function updateOrder(sql: Sql, orderId: string, change: UpdateObject<Tables, 'orders'>): Promise<void> {
  await sql.run(
    sql.query
      .updateTable('orders')
      .set({ ...change, updated_at: now })
      .where('id', '=', orderId),
  );
}

/** Makes every key to the order invalid that was issued until now (`infra/order-links`). Safe to repeat. */
export async function revokeOrderKeys(sql: Sql, orderId: string): Promise<void> {
  await sql.run(
    sql.query
      .insertInto('order_link_revocations')
      .values({ order_id: orderId, revoked_at: now })
      .onConflict((known) => known.column('order_id').doUpdateSet({ revoked_at: now })),
  );
}
