/** The append-only history of an order: what happened, who requested it, why, and when. */
import { sql as part, type QueryCreator } from 'kysely';
import { SYSTEM } from '../../domain/identity.ts';
import type { OrderEventType } from '../../domain/order-events.ts';
import { builtOnce } from '../../infra/postgres/built-once.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import type { Row, Tables } from '../../infra/postgres/entities/index.ts';

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

/** The newest events of an order, as its case page shows them. */
export interface OrderHistory {
  /** Oldest first. `key` identifies the request that caused an event. */
  history: { at: string; type: string; message: string; actor: string; reason: string | null; key: string | null }[];
  /** Number of earlier events, which `history` does not contain. */
  earlierEvents: number;
}

/** More would exceed the size of a case page; and every reload of a busy order adds them to its workflow's history. */
const MAX_EVENTS = 40;

export async function readHistory(sql: Sql, orderId: string): Promise<OrderHistory> {
  const rows = await sql.rows(newestEvents(sql, { orderId }));
  return {
    history: rows.map(({ created_at, all: _all, ...event }) => ({ at: created_at.toISOString(), ...event })).reverse(),
    earlierEvents: (rows[0]?.all ?? 0) - rows.length,
  };
}

const newestEvents = builtOnce((sql, { orderId }: { orderId: string }) =>
  sql.query
    .selectFrom('order_events')
    .select(['created_at', 'type', 'message', 'actor', 'reason', 'dedupe_key as key'])
    .select(part<number>`count(*) over ()::int`.as('all'))
    .where('order_id', '=', orderId)
    .orderBy('id', 'desc')
    .limit(part.lit(MAX_EVENTS)),
);

/** @returns false when an event with the same `dedupeKey` was already recorded */
export async function recordEvent(sql: Sql, event: OrderEvent): Promise<boolean> {
  return (await sql.run(insertEvent(sql.query, event))) === 1;
}

/** The insert of `recordEvent`, to be part of a longer statement. */
export function insertEvent(query: QueryCreator<Tables>, event: OrderEvent) {
  return query
    .insertInto('order_events')
    .values({
      order_id: event.orderId,
      type: event.type,
      message: event.message,
      data: event.data ?? {},
      actor: event.actor ?? SYSTEM,
      reason: event.reason ?? null,
      dedupe_key: event.dedupeKey ?? null,
    })
    .onConflict((conflict) => conflict.columns(['order_id', 'dedupe_key']).doNothing());
}

/** The event that an earlier request with the same key recorded; undefined when there is none. */
export async function earlierEvent(
  sql: Sql,
  orderId: string,
  dedupeKey: string,
): Promise<Pick<Row<'order_events'>, 'message' | 'data'> | undefined> {
  return sql.row(
    sql.query
      .selectFrom('order_events')
      .select(['message', 'data'])
      .where('order_id', '=', orderId)
      .where('dedupe_key', '=', dedupeKey),
  );
}
