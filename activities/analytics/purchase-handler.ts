/** Records purchase events from orders and not from browsers, which may be closed early or send false data. */
import { ID_NAMESPACES } from '../../domain/ids.ts';
import type { EventStream, StreamEvent } from '../../infra/redis/event-stream.ts';
import { uuidFrom } from '../../infra/uuid.ts';
import type { FailedMessage, OutboxHandler } from '../outbox/relay.ts';

/** `applyPayments` adds a message of this topic, with the order ID as its key. */
export const PURCHASE_TOPIC = 'analytics.purchase';

interface PaidOrder {
  id: string;
  paid_at: Date;
  total_amount: string;
  currency: string;
  item_count: number;
  product_ids: string;
}

/**
 * Safe to repeat: the event's ID and time derive from the order, so it is one stream entry per day and one point in total. The event does
 * not identify the shopper, whose consent can't be requested here.
 */
export function createPurchaseHandler(events: EventStream): OutboxHandler {
  return async (messages, sql) => {
    const orders = await sql.rows<PaidOrder>(
      `select o.id, o.paid_at, o.total_amount, o.currency, sum(item.quantity)::int as item_count,
         string_agg(item.product_id::text, ',' order by item.product_id) as product_ids
       from orders o join order_items item on item.order_id = o.id
       where o.id = any($1::uuid[]) and o.paid_at is not null group by o.id`,
      [messages.map(({ key }) => key)],
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

function purchaseOf(order: PaidOrder): StreamEvent {
  return {
    id: uuidFrom(ID_NAMESPACES.event, order.id),
    event: 'purchase',
    atMs: order.paid_at.getTime(),
    data: {
      item_count: order.item_count,
      total: Number(order.total_amount),
      currency: order.currency,
      product_ids: order.product_ids,
    },
  };
}
