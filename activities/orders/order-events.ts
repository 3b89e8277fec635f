/** The append-only history of an order: what happened, who requested it, why, and when. */
import type { OrderEventType } from '../../domain/order-events.ts';
import type { Sql } from '../../infra/postgres/database.ts';

export interface OrderEvent {
  orderId: string;
  type: OrderEventType;
  /** A sentence; the customer sees it if the event type is visible to shoppers. */
  message: string;
  /** Machine-readable details. Must not contain personal data, since events are never changed or deleted. */
  data?: Record<string, unknown>;
  /** `system`, `stripe`, `guest`, `<role>:<user id>`, or `ui:<the name given in the Temporal UI>`. */
  actor?: string;
  reason?: string;
  /** An event with the same key is recorded once per order. */
  dedupeKey?: string;
}

/** @returns false when an event with the same `dedupeKey` was already recorded */
export async function recordEvent(sql: Sql, event: OrderEvent): Promise<boolean> {
  const recorded = await sql.run(
    `insert into order_events (order_id, type, message, data, actor, reason, dedupe_key)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict (order_id, dedupe_key) do nothing`,
    [
      event.orderId,
      event.type,
      event.message,
      JSON.stringify(event.data ?? {}),
      event.actor ?? 'system',
      event.reason ?? null,
      event.dedupeKey ?? null,
    ],
  );
  return recorded === 1;
}

/** The event that an earlier request with the same key recorded; undefined when there is none. */
export async function earlierEvent(
  sql: Sql,
  orderId: string,
  dedupeKey: string,
): Promise<{ data: Record<string, unknown> } | undefined> {
  return sql.row('select data from order_events where order_id = $1 and dedupe_key = $2', [orderId, dedupeKey]);
}
