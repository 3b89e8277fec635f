/** Records purchase events from orders and not from browsers, which may be closed early or send false data. */
import type { NotNull } from 'kysely';
import { ID_NAMESPACES } from '../../domain/ids.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import { anyOf } from '../../infra/postgres/statement-parts.ts';
import type { EventStream, StreamEvent } from '../../infra/redis/event-stream.ts';
import { uuidFrom } from '../../infra/uuid.ts';
import type { FailedMessage, OutboxHandler } from '../outbox/relay.ts';

/** `applyPayments` adds a message of this topic, with the order ID as its key. */
export const PURCHASE_TOPIC = 'analytics.purchase';

/**
 * Safe to repeat: the event's ID and time derive from the order, so it is one stream entry per day and one point in total. The event does
 * not identify the shopper, whose consent can't be requested here.
 */
export function createPurchaseHandler(events: EventStream): OutboxHandler {
  return async (messages, sql) => {
    const orders = await readPaidOrders(
      sql,
      messages.map(({ key }) => key),
    );
    const byId = new Map(orders.map((order) => [order.id, order]));
    const failed: FailedMessage[] = [];
    for (const { id, key } of messages) {
      const order = byId.get(key);
      if (order && !(await events.addOnce(purchaseOf(order)))) failed.push({ id, reason: 'the event stream is full' });
    }
    return failed;
  };
}

/** The facts of paid orders that analytics needs. */
function readPaidOrders(sql: Sql, orderIds: readonly string[]) {
  return sql.rows(
    sql.query
      .selectFrom('orders')
      .innerJoin('order_items as item', 'item.order_id', 'orders.id')
      .select(['orders.id', 'orders.paid_at', 'orders.total_amount', 'orders.currency'])
      .select(({ fn }) => [
        fn.sum<number>('item.quantity').as('item_count'),
        fn.agg<string[]>('array_agg', ['item.product_id']).orderBy('item.product_id').as('product_ids'),
      ])
      .where('orders.id', '=', anyOf(orderIds))
      .where('orders.paid_at', 'is not', null)
      .groupBy('orders.id')
      .$narrowType<{ paid_at: NotNull }>(),
  );
}

type PaidOrder = Awaited<ReturnType<typeof readPaidOrders>>[number];

function purchaseOf(order: PaidOrder): StreamEvent {
  return {
    id: uuidFrom(ID_NAMESPACES.event, order.id),
    event: 'purchase',
    atMs: order.paid_at.getTime(),
    data: {
      item_count: order.item_count,
      total: Number(order.total_amount),
      currency: order.currency,
      product_ids: order.product_ids.join(),
    },
  };
}
