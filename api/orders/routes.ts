import { DomainError } from '../../domain/errors.ts';
import { GUEST, personActor } from '../../domain/identity.ts';
import { CLOSED_REFUND_STATUSES, isAllowed, statusInWords } from '../../domain/order-state.ts';
import { proveActor, refundIdOf, refundSubject } from '../../infra/actor-proof.ts';
import { revokeOrderKeys } from '../../infra/postgres/orders.ts';
import { anyOf } from '../../infra/postgres/statement-parts.ts';
import { cancelOrderUpdate } from '../../workflows/order/messages.ts';
import { updateOrder } from '../case-workflows.ts';
import type { ApiContext, ApiDependencies } from '../context.ts';
import { idParams } from '../contracts/common.ts';
import {
  cancelBody,
  findOrderBody,
  foundOrder,
  type Order,
  order,
  orderListQuery,
  orderPage,
  orderPatch,
  orderStreamMessage,
  orderStreamQuery,
} from '../contracts/orders.ts';
import { ownersOf } from '../middleware/identity.ts';
import { Alternative, done, gives, withAlternative, writes } from '../responses.ts';
import { declareRoutes } from '../route.ts';
import { changeOrder } from './change-order.ts';
import { orderEventStream } from './event-stream.ts';
import { OpenStreams } from './open-streams.ts';
import { findOrder, viewerOfOrder } from './order-access.ts';
import { listOrders, readOrder, traitsOf, type Viewer } from './order-reader.ts';

export const viewerOf = (ctx: ApiContext): Viewer => ({ owners: ownersOf(ctx), identity: ctx.state.identity });

/** The caller as an actor, in the format of `domain/identity`. */
export function personOf(ctx: ApiContext): string {
  const person = ctx.state.identity;
  return person ? personActor(person.role, person.userId) : GUEST;
}

export const orderRoutes = declareRoutes(
  (deps) => ({ ...deps, streams: new OpenStreams(deps.settings) }),
  (route) => [
    route({
      method: 'get',
      path: '/orders',
      tag: 'Orders',
      summary: 'List your orders, newest first',
      access: 'shopper',
      refusal: 'Sign in to view your orders.',
      limit: 'reads',
      query: orderListQuery,
      ok: gives('A page of orders', orderPage),
      handle: ({ ctx, query }, { db }) => listOrders(db, ownersOf(ctx), query),
    }),

    // Declared before /orders/{id}, which its path matches, too.
    route({
      method: 'get',
      path: '/orders/events',
      tag: 'Orders',
      summary: 'Stream the current state of some orders and every change as server-sent events, on one connection',
      access: 'owner',
      limit: 'reads',
      query: orderStreamQuery,
      ok: writes('A stream of `event: order` messages', 'text/event-stream', orderStreamMessage),
      problems: { 404: 'None of the orders was found' },
      respond: ({ ctx, query }, deps) => streamOrders(ctx, deps, query.id, viewerOf(ctx)),
    }),

    route({
      method: 'post',
      path: '/orders/find',
      tag: 'Orders',
      summary: 'Find an order by its number and email address',
      access: 'public',
      limit: 'lookup',
      body: findOrderBody,
      ok: gives('The order’s ID, and a key to view it', foundOrder),
      problems: { 404: 'The number or the email address is wrong' },
      handle({ ctx, body }, deps) {
        ctx.set('Cache-Control', 'no-store');
        return findOrder(deps, body);
      },
    }),

    route({
      method: 'delete',
      path: '/orders/{id}/keys',
      tag: 'Orders',
      summary: 'Make the links in all earlier emails about the order invalid',
      access: 'order',
      limit: 'api',
      params: idParams,
      ok: done('Earlier links no longer open the order'),
      problems: { 403: 'The order’s key is only for viewing', 404: 'Order not found' },
      async handle({ ctx, params: { id } }, deps) {
        await readOrder(deps.db, deps.settings, id, await viewerOfOrder(ctx, deps, id, 'change'));
        await revokeOrderKeys(deps.db, id);
      },
    }),

    route({
      method: 'get',
      path: '/orders/{id}',
      tag: 'Orders',
      summary: 'Get an order',
      access: 'order',
      limit: 'reads',
      params: idParams,
      ok: gives('The order', order),
      problems: { 404: 'Order not found' },
      async handle({ ctx, params }, deps) {
        ctx.set('Cache-Control', 'no-store');
        return readOrder(deps.db, deps.settings, params.id, await viewerOfOrder(ctx, deps, params.id, 'view'));
      },
    }),

    route({
      method: 'get',
      path: '/orders/{id}/events',
      tag: 'Orders',
      summary: 'Stream the order’s current state and every change as server-sent events',
      access: 'order',
      limit: 'reads',
      params: idParams,
      ok: writes('A stream of `event: order` messages', 'text/event-stream', orderStreamMessage),
      problems: { 404: 'Order not found' },
      respond: async ({ ctx, params: { id } }, deps) =>
        streamOrders(ctx, deps, [id], await viewerOfOrder(ctx, deps, id, 'view')),
    }),

    route({
      method: 'patch',
      path: '/orders/{id}',
      tag: 'Orders',
      summary: 'Change the shipping address or the email of an order that is awaiting payment',
      access: 'order',
      limit: 'api',
      params: idParams,
      body: orderPatch,
      ok: gives('The changed order', order),
      problems: {
        403: 'The order’s key is only for viewing',
        404: 'Order not found',
        409: 'The order is no longer awaiting payment',
      },
      async handle({ ctx, params: { id }, body }, deps) {
        const viewer = await viewerOfOrder(ctx, deps, id, 'change');
        const read = () => readOrder(deps.db, deps.settings, id, viewer);
        await changeOrder(deps, read, personOf(ctx), body);
        return read();
      },
    }),

    route({
      method: 'post',
      path: '/orders/{id}/cancel',
      tag: 'Orders',
      summary: 'Cancel an order that has not shipped and refund any payment',
      access: 'order',
      limit: 'api',
      params: idParams,
      body: cancelBody,
      ok: withAlternative(
        gives('The canceled order', order),
        202,
        'The order is under review until a support lead approves the cancellation (`cancellation_waits`)',
      ),
      problems: {
        403: 'The order’s key is only for viewing',
        404: 'Order not found',
        409: 'The order can no longer be canceled',
      },
      async handle({ ctx, params: { id }, body: { reason = 'Canceled by the customer' } }, deps) {
        const viewer = await viewerOfOrder(ctx, deps, id, 'change');
        const before = await readOrder(deps.db, deps.settings, id, viewer);
        // An order that is already canceled is a success.
        if (isAllowed('cancel', before.status)) await cancelOrder(deps, before, personOf(ctx), reason);
        const order = await readOrder(deps.db, deps.settings, id, viewer);
        // Above the caller's limit, a support lead must approve; the order does not ship meanwhile.
        if (order.status === 'under_review' && order.cancellation_waits) return new Alternative(order);
        if (order.status === 'canceled') return order;
        throw new DomainError(
          'order_not_cancelable',
          `The order is ${statusInWords(order.status)} and can no longer be canceled.`,
          { details: { order_status: order.status } },
        );
      },
    }),
  ],
);

/** Streams the caller's orders among these, until the caller's session ends. */
async function streamOrders(
  ctx: ApiContext,
  deps: ApiDependencies & { streams: OpenStreams },
  ids: readonly string[],
  viewer: Viewer,
): Promise<void> {
  const { stream, orderIds } = await orderEventStream(deps, ids, viewer);
  try {
    // Only the caller's own orders count, so that no one uses up the places of another shopper's order.
    stream.once('close', deps.streams.add(ctx, orderIds));
  } catch (error) {
    stream.destroy();
    throw error;
  }
  const sessionId = ctx.state.identity?.sessionId;
  if (sessionId)
    stream.once(
      'close',
      deps.endedSessions.watch(sessionId, () => stream.end()),
    );
  ctx.set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
  ctx.req.socket.setTimeout(0);
  ctx.body = stream;
}

async function cancelOrder(deps: ApiDependencies, before: Order, person: string, reason: string): Promise<void> {
  const requestId = await cancellationId(deps, before.id, person);
  const subject = refundSubject(refundIdOf(before.id, requestId));
  const order = {
    ...traitsOf(deps.settings, before),
    amount: before.total_amount,
    status: before.status,
    createdAt: new Date(before.created_at),
  };
  await updateOrder(deps, order, cancelOrderUpdate, {
    requestId,
    reason,
    ...proveActor(deps.settings.JWT_SECRET, person, subject),
  });
}

/** One ID per order and person, so that a repeated request is the same cancellation. After a rejection or a withdrawal, they can request another one. */
async function cancellationId({ db }: ApiDependencies, orderId: string, person: string): Promise<string> {
  const closed = await db.row(
    db.query
      .selectFrom('refunds')
      .select((refund) => refund.fn.countAll<number>().as('count'))
      .where('order_id', '=', orderId)
      .where('kind', '=', 'cancellation')
      .where('status', '=', anyOf(CLOSED_REFUND_STATUSES)),
  );
  const suffix = closed!.count > 0 ? `-${closed!.count + 1}` : '';
  return `cancel-${person.replace(':', '-')}${suffix}`;
}
