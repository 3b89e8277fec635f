/** The append-only record of an order: what happened, who asked for it, why and when. */
import type { OrderEventType } from '../../domain/order-events.ts';
import type { Sql } from '../../infra/postgres/database.ts';

export interface OrderEvent {
  orderId: string;
  type: OrderEventType;
  /** A sentence; the buyer reads it where the type is one for shoppers. */
  message: string;
  /** Facts for programs; no personal data, since events are never changed or deleted. */
  data?: Record<string, unknown>;
  /** `system`, `stripe`, `guest`, `<role>:<user id>`, or `ui:<the name given in the Temporal UI>`. */
  actor?: string;
  reason?: string;
  /** The same key is recorded once an order. */
  dedupeKey?: string;
}

/** @returns whether it is new */
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

/** What an earlier request with the same key recorded; undefined when there was none. */
export async function earlierEvent(
  sql: Sql,
  orderId: string,
  dedupeKey: string,
): Promise<{ data: Record<string, unknown> } | undefined> {
  return sql.row('select data from order_events where order_id = $1 and dedupe_key = $2', [orderId, dedupeKey]);
}
