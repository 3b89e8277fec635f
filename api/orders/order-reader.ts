/** Reads orders and converts them to API responses for their owners and staff. */
import { type ExpressionBuilder, type RawBuilder, sql as raw } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import { orderDetails } from '../../domain/checkout.ts';
import { DomainError } from '../../domain/errors.ts';
import { fromDecimal, lineTotalCents, toDecimal } from '../../domain/money.ts';
import { SHOPPER_EVENTS } from '../../domain/order-events.ts';
import { returnsUntil } from '../../domain/refund.ts';
import { isStaff } from '../../domain/roles.ts';
import type { Settings } from '../../infra/config.ts';
import { emailHash } from '../../infra/email-hash.ts';
import { builtOnce } from '../../infra/postgres/built-once.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import type { Tables } from '../../infra/postgres/entities/index.ts';
import { selectOrder } from '../../infra/postgres/orders.ts';
import { anyOf } from '../../infra/postgres/statement-parts.ts';
import { workflowUrl } from '../../infra/temporal/client.ts';
import { orderWorkflowId } from '../../workflows/order/messages.ts';
import type { OrderTraits } from '../../workflows/shared/search-attributes.ts';
import type { Order, OrderPage, OrderStreamMessage, Payment } from '../contracts/orders.ts';
import { decodeCursor, encodeCursor, rejectForeignCursor } from '../cursor.ts';
import type { Identity } from '../middleware/access-tokens.ts';

export interface Viewer {
  owners: readonly string[];
  identity?: Identity;
}

const isStaffViewer = ({ identity }: Viewer): boolean => identity !== undefined && isStaff(identity.role);

/** When the order or one of its refunds last changed. */
const changedAt = (order: ExpressionBuilder<Tables, 'orders'>) =>
  order
    .fn<Date>('greatest', [
      'orders.updated_at',
      order
        .selectFrom('refunds')
        .select((refund) => refund.fn.max('refunds.updated_at').as('at'))
        .whereRef('refunds.order_id', '=', 'orders.id'),
    ])
    .as('changed_at');

interface VisibleOrder {
  orderId: string;
  owners: readonly string[];
}

/** Condition for the order if the viewer can see it: staff see all orders, shoppers their own. */
function isVisible(isForStaff: boolean, { orderId, owners }: VisibleOrder) {
  return (order: ExpressionBuilder<Tables, 'orders'>) =>
    order.and([order('orders.id', '=', orderId), ...(isForStaff ? [] : [order('orders.owner', '=', anyOf(owners))])]);
}

/** The order's events, oldest first: all for staff, else those for shoppers. */
function eventsFor(isForStaff: boolean) {
  return (order: ExpressionBuilder<Tables, 'orders'>) =>
    jsonArrayFrom(
      order
        .selectFrom('order_events as event')
        .select(['event.created_at as at', 'event.type', 'event.message', 'event.actor', 'event.reason'])
        .whereRef('event.order_id', '=', 'orders.id')
        .where((event) => (isForStaff ? event.lit(true) : event('event.type', '=', anyOf(SHOPPER_EVENTS))))
        .orderBy('event.id'),
    ).as('events');
}

/** Whether a cancellation awaits approval. */
const cancellationWaits = (order: ExpressionBuilder<Tables, 'orders'>) =>
  order
    .exists(
      order
        .selectFrom('refunds')
        .select('refunds.id')
        .whereRef('refunds.order_id', '=', 'orders.id')
        .where('refunds.kind', '=', 'cancellation')
        .where('refunds.status', '=', 'awaiting_approval'),
    )
    .$castTo<boolean>()
    .as('cancellation_waits');

const wholeOrder = (isForStaff: boolean) =>
  builtOnce((sql, visible: VisibleOrder) =>
    selectOrder(sql)
      .select(changedAt)
      .select(eventsFor(isForStaff))
      .select(cancellationWaits)
      .where(isVisible(isForStaff, visible)),
  );
const orderForStaff = wholeOrder(true);
const orderForShopper = wholeOrder(false);

/**
 * @param refusal detail of the 404
 * @throws DomainError not_found, also for another shopper's order
 */
export async function readOrder(
  sql: Sql,
  settings: Settings,
  orderId: string,
  viewer: Viewer,
  refusal = 'Order not found.',
): Promise<Order> {
  const statement = isStaffViewer(viewer) ? orderForStaff : orderForShopper;
  const row = await sql.row(statement(sql, { orderId, owners: viewer.owners }));
  if (!row) throw new DomainError('not_found', refusal);
  const isShopper = !isStaffViewer(viewer);
  return {
    id: row.id,
    number: row.number,
    user_id: row.user_id,
    status: row.status,
    fulfillment: row.fulfillment,
    shipments: row.shipments.map(({ id: _id, shipped_at, delivered_at, ...shipment }) => ({
      ...shipment,
      shipped_at: new Date(shipped_at).toISOString(),
      delivered_at: delivered_at && new Date(delivered_at).toISOString(),
    })),
    returns_until: row.delivered_at && returnsUntil(row.delivered_at, settings.RETURN_DAYS).toISOString(),
    cancellation_waits: row.cancellation_waits,
    review_reason: isShopper ? null : row.review_reason,
    items: row.items.map((item) => ({
      ...item,
      price: Number(item.price),
      line_total: toDecimal(lineTotalCents(fromDecimal(item.price, row.currency), item.quantity), row.currency),
    })),
    total_amount: Number(row.total_amount),
    captured_amount: Number(row.captured_amount),
    refunded_amount: Number(row.refunded_amount),
    currency: row.currency,
    ...orderDetails(row),
    last_payment_error: row.last_payment_error,
    expires_at: row.expires_at.toISOString(),
    paid_at: row.paid_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: row.changed_at.toISOString(),
    events: row.events.map(({ at, type, message, actor, reason }) => ({
      at: new Date(at).toISOString(),
      type,
      message,
      actor: isShopper ? null : actor,
      reason: isShopper ? null : reason,
    })),
    payment: isShopper && row.status === 'pending' ? toPayment(settings, row.payment_client_secret) : null,
    workflow_url: isShopper ? null : workflowUrl(settings, orderWorkflowId(row.id)),
  };
}

/** By which staff find the workflows of an order. */
export function traitsOf({ EMAIL_HASH_KEY }: Settings, { id, number, user_id, email }: Order): OrderTraits {
  return {
    orderId: id,
    orderNumber: number,
    customerId: user_id,
    emailHash: email === null ? null : emailHash(EMAIL_HASH_KEY, email),
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

export async function listOrders(
  sql: Sql,
  owners: readonly string[],
  page: { cursor?: string; limit: number },
): Promise<OrderPage> {
  let query = sql.query
    .selectFrom('orders as o')
    .crossJoinLateral((order) =>
      order
        .selectFrom('order_items as line')
        .select((line) => [
          line.fn.sum<number>('line.quantity').as('item_count'),
          line.fn.countAll<number>().as('product_count'),
          firstByProduct(line, 'line.name').as('first_name'),
          firstByProduct(line, 'line.image_url').as('first_image'),
        ])
        .whereRef('line.order_id', '=', 'o.id')
        .as('item'),
    )
    .select(['o.id', 'o.number', 'o.status', 'o.total_amount', 'o.refunded_amount', 'o.currency', 'o.created_at'])
    .select(['item.item_count', 'item.product_count', 'item.first_name', 'item.first_image'])
    .select((order) => order.cast<string>('o.created_at', 'text').as('cursor_at'))
    .where('o.owner', '=', anyOf(owners))
    .orderBy('o.created_at', 'desc')
    .orderBy('o.id', 'desc')
    .limit(page.limit + 1);
  if (page.cursor !== undefined) {
    const [at, id] = decodeCursor(page.cursor, 2);
    query = query.where((order) =>
      order(
        order.refTuple('o.created_at', 'o.id'),
        '<',
        order.tuple(order.cast<Date>(order.val(at), 'timestamptz'), order.cast<string>(order.val(id), 'uuid')),
      ),
    );
  }
  const rows = await sql.rows(query).catch(rejectForeignCursor);
  const items = rows.slice(0, page.limit);
  const last = items.at(-1);
  return {
    items: items.map((row) => ({
      id: row.id,
      number: row.number,
      status: row.status,
      total_amount: Number(row.total_amount),
      refunded_amount: Number(row.refunded_amount),
      currency: row.currency,
      item_count: row.item_count,
      product_count: row.product_count,
      first_item: { name: row.first_name, image_url: row.first_image },
      created_at: row.created_at.toISOString(),
    })),
    next_cursor: rows.length > page.limit && last ? encodeCursor([last.cursor_at, last.id]) : null,
  };
}

/** A column of the order's item with the smallest product ID. */
function firstByProduct(
  line: ExpressionBuilder<Tables & { line: Tables['order_items'] }, 'line'>,
  column: 'line.name' | 'line.image_url',
): RawBuilder<string> {
  const all = line.fn.agg<string[]>('array_agg', [column]).orderBy('line.product_id');
  return raw`(${all})[1]`;
}

/** The order's state for its event stream, or undefined if the viewer can't see the order. */
export async function readOrderState(
  sql: Sql,
  orderId: string,
  viewer: Viewer,
): Promise<OrderStreamMessage | undefined> {
  const row = await sql.row(
    sql.query
      .selectFrom('orders')
      .select(['id', 'status', 'last_payment_error', 'refunded_amount', 'expires_at'])
      .select(changedAt)
      .where(isVisible(isStaffViewer(viewer), { orderId, owners: viewer.owners })),
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
