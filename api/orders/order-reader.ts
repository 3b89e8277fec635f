/** Reads orders as their owners see them: plain rows, shaped for the wire. */
import { DomainError } from '../../domain/errors.ts';
import { fromDecimal, lineTotalCents, toDecimal } from '../../domain/money.ts';
import { SHOPPER_EVENTS } from '../../domain/order-events.ts';
import type { Fulfillment, OrderStatus } from '../../domain/order-state.ts';
import { returnsUntil } from '../../domain/refund.ts';
import { isStaff } from '../../domain/roles.ts';
import type { Settings } from '../../infra/config.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import { workflowUrl } from '../../infra/temporal/client.ts';
import { orderWorkflowId } from '../../workflows/order/messages.ts';
import type { Order, OrderPage, OrderStreamMessage, Payment, ShippingAddress } from '../contracts/orders.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Identity } from '../middleware/access-tokens.ts';

export interface Viewer {
  owners: readonly string[];
  identity?: Identity;
}

interface OrderRow {
  id: string;
  user_id: string | null;
  status: OrderStatus;
  fulfillment: Fulfillment;
  review_reason: string | null;
  cancellation_waits: boolean;
  carrier: string | null;
  tracking_number: string | null;
  shipped_at: Date | null;
  delivered_at: Date | null;
  total_amount: string;
  captured_amount: string;
  refunded_amount: string;
  currency: string;
  email: string | null;
  shipping_address: ShippingAddress;
  payment_client_secret: string | null;
  last_payment_error: string | null;
  expires_at: Date;
  paid_at: Date | null;
  created_at: Date;
  changed_at: Date;
  items: { product_id: string; sku: string; name: string; quantity: number; price: string; image_url: string }[] | null;
  events: Order['events'] | null;
}

/** A refund that moves on is news of its order. */
const CHANGED_AT = 'greatest(o.updated_at, (select max(updated_at) from refunds where order_id = o.id))';

const staff = (viewer: Viewer): boolean => viewer.identity !== undefined && isStaff(viewer.identity.role);

/** @throws DomainError not_found also when it is another shopper's */
export async function readOrder(sql: Sql, settings: Settings, orderId: string, viewer: Viewer): Promise<Order> {
  const row = await sql.row<OrderRow>(
    `select o.*,
       (select jsonb_agg(jsonb_build_object('product_id', item.product_id, 'sku', item.sku, 'name', item.name,
          'quantity', item.quantity, 'price', item.price::text, 'image_url', item.image_url) order by item.product_id)
        from order_items item where item.order_id = o.id) as items,
       (select jsonb_agg(jsonb_build_object('at', event.created_at, 'type', event.type, 'message', event.message,
          'actor', case when $3 then event.actor end, 'reason', case when $3 then event.reason end) order by event.id)
        from order_events event where event.order_id = o.id and ($3 or event.type = any($4))) as events,
       ${CHANGED_AT} as changed_at,
       exists (select 1 from refunds where order_id = o.id and kind = 'cancellation' and status = 'awaiting_approval')
         as cancellation_waits
     from orders o where o.id = $1 and (o.owner = any($2) or $3)`,
    [orderId, viewer.owners, staff(viewer), SHOPPER_EVENTS],
  );
  if (!row) throw new DomainError('not_found', 'Order not found.');
  const mine = !staff(viewer);
  return {
    id: row.id,
    user_id: row.user_id,
    status: row.status,
    fulfillment: row.fulfillment,
    shipment: row.shipped_at && {
      carrier: row.carrier ?? '',
      tracking_number: row.tracking_number ?? '',
      shipped_at: row.shipped_at.toISOString(),
      delivered_at: row.delivered_at?.toISOString() ?? null,
    },
    returns_until: row.delivered_at && returnsUntil(row.delivered_at, settings.RETURN_DAYS).toISOString(),
    cancellation_waits: row.cancellation_waits,
    review_reason: mine ? null : row.review_reason,
    items: (row.items ?? []).map((item) => ({
      ...item,
      price: Number(item.price),
      line_total: toDecimal(lineTotalCents(fromDecimal(item.price, row.currency), item.quantity), row.currency),
    })),
    total_amount: Number(row.total_amount),
    captured_amount: Number(row.captured_amount),
    refunded_amount: Number(row.refunded_amount),
    currency: row.currency,
    email: row.email,
    shipping_address: row.shipping_address,
    last_payment_error: row.last_payment_error,
    expires_at: row.expires_at.toISOString(),
    paid_at: row.paid_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: row.changed_at.toISOString(),
    events: (row.events ?? []).map((event) => ({ ...event, at: new Date(event.at).toISOString() })),
    payment: mine && row.status === 'pending' ? toPayment(settings, row.payment_client_secret) : null,
    workflow_url: mine ? null : workflowUrl(settings, orderWorkflowId(row.id)),
  };
}

function toPayment(settings: Settings, clientSecret: string | null): Payment | null {
  if (!clientSecret) return null;
  return {
    client_secret: clientSecret,
    publishable_key: settings.STRIPE_PUBLISHABLE_KEY,
    api_url: settings.STRIPE_PUBLIC_URL ?? settings.STRIPE_API_URL ?? null,
  };
}

interface SummaryRow {
  id: string;
  status: OrderStatus;
  total_amount: string;
  refunded_amount: string;
  currency: string;
  created_at: Date;
  cursor_at: string;
  item_count: number;
  first_name: string;
  first_image: string;
}

export async function listOrders(
  sql: Sql,
  owners: readonly string[],
  page: { cursor?: string; limit: number },
): Promise<OrderPage> {
  const [afterAt, afterId] = page.cursor
    ? decodeCursor(page.cursor, 2)
    : ['infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff'];
  const rows = await sql.rows<SummaryRow>(
    `select o.id, o.status, o.total_amount, o.refunded_amount, o.currency, o.created_at, o.created_at::text as cursor_at,
       item.item_count, item.first_name, item.first_image
     from orders o, lateral (
       select sum(quantity)::int as item_count, (array_agg(name order by product_id))[1] as first_name,
         (array_agg(image_url order by product_id))[1] as first_image
       from order_items where order_id = o.id) item
     where o.owner = any($1) and (o.created_at, o.id) < ($2::timestamptz, $3::uuid)
     order by o.created_at desc, o.id desc limit $4`,
    [owners, afterAt, afterId, page.limit + 1],
  );
  const items = rows.slice(0, page.limit);
  const last = items.at(-1);
  return {
    items: items.map((row) => ({
      id: row.id,
      status: row.status,
      total_amount: Number(row.total_amount),
      refunded_amount: Number(row.refunded_amount),
      currency: row.currency,
      item_count: row.item_count,
      first_item: { name: row.first_name, image_url: row.first_image },
      created_at: row.created_at.toISOString(),
    })),
    next_cursor: rows.length > page.limit && last ? encodeCursor([last.cursor_at, last.id]) : null,
  };
}

/** What the order's event stream says; undefined when the viewer may not see the order. */
export async function readOrderState(
  sql: Sql,
  orderId: string,
  viewer: Viewer,
): Promise<OrderStreamMessage | undefined> {
  type StateRow = Pick<OrderRow, 'id' | 'status' | 'last_payment_error' | 'refunded_amount' | 'expires_at'>;
  const row = await sql.row<StateRow & { changed_at: Date }>(
    `select id, status, last_payment_error, refunded_amount, expires_at,
       ${CHANGED_AT} as changed_at
     from orders o where id = $1 and (owner = any($2) or $3)`,
    [orderId, viewer.owners, staff(viewer)],
  );
  return (
    row && {
      id: row.id,
      status: row.status,
      last_payment_error: row.last_payment_error,
      refunded_amount: Number(row.refunded_amount),
      expires_at: row.expires_at.toISOString(),
      updated_at: row.changed_at.toISOString(),
    }
  );
}
