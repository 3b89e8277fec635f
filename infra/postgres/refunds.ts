/** Whole refund rows are read here only. They change only under their order's lock (`lockOrder`). */
import type { SelectQueryBuilder, UpdateObject } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import type { Sql } from './database.ts';
import type { Row, Tables } from './entities/index.ts';
import { type TraitColumns, traitColumns } from './order-traits.ts';
import { now } from './statement-parts.ts';

export interface RefundRow extends Row<'refunds'>, TraitColumns {
  /** In order of product ID. */
  items: { product_id: string; quantity: number; name: string }[];
  /** Whether its units are back in stock. */
  is_restocked: boolean;
  /** From the order. */
  payment_intent_id: string | null;
}

/** Selects whole refunds: add conditions or an order. */
export function selectRefunds(
  sql: Sql,
): SelectQueryBuilder<Tables & { orders: Tables['orders'] }, 'refunds' | 'orders', RefundRow> {
  return sql.query
    .selectFrom('refunds')
    .innerJoin('orders', 'orders.id', 'refunds.order_id')
    .selectAll('refunds')
    .select('orders.payment_intent_id')
    .select(traitColumns)
    .select((refund) => [
      refund
        .exists(
          refund
            .selectFrom('refund_items as restocked')
            .select('restocked.product_id')
            .whereRef('restocked.refund_id', '=', 'refunds.id')
            .where('restocked.restocked_at', 'is not', null),
        )
        .$castTo<boolean>()
        .as('is_restocked'),
      jsonArrayFrom(
        refund
          .selectFrom('refund_items as item')
          .select(['item.product_id', 'item.quantity'])
          .select((item) =>
            item
              .selectFrom('order_items as ordered')
              .select('ordered.name')
              .whereRef('ordered.product_id', '=', 'item.product_id')
              .whereRef('ordered.order_id', '=', 'refunds.order_id')
              .limit(1)
              .$asScalar()
              .$notNull()
              .as('name'),
          )
          .whereRef('item.refund_id', '=', 'refunds.id')
          .orderBy('item.product_id'),
      ).as('items'),
    ]);
}

export function readRefund(sql: Sql, refundId: string): Promise<RefundRow | undefined> {
  return sql.row(selectRefunds(sql).where('refunds.id', '=', refundId));
}

/** The refunds of one order, oldest first. */
export function readRefunds(sql: Sql, orderId: string): Promise<RefundRow[]> {
  return sql.rows(
    selectRefunds(sql).where('refunds.order_id', '=', orderId).orderBy('refunds.created_at').orderBy('refunds.id'),
  );
}

/** Changes columns of a refund. The caller holds its order's lock. */
export async function updateRefund(sql: Sql, refundId: string, change: UpdateObject<Tables, 'refunds'>): Promise<void> {
  await sql.run(
    sql.query
      .updateTable('refunds')
      .set({ ...change, updated_at: now })
      .where('id', '=', refundId),
  );
}
