/** Server-sent events of orders: their current state, and their state after each change. */
import { PassThrough } from 'node:stream';
import { DomainError } from '../../domain/errors.ts';
import type { Logger } from '../../infra/logger.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import type { OrderListener } from './order-listener.ts';
import { readOrderState, type Viewer } from './order-reader.ts';

/** Proxies close an idle connection after a minute. */
const HEARTBEAT_MS = 20_000;
/** After this the client reconnects, so that a connection which only looks alive does not stay forever. */
const MAX_MS = 15 * 60_000;

type StreamDeps = { db: Sql; orderListener: OrderListener; log: Logger };

export interface OrderEventStream {
  stream: PassThrough;
  /** The streamed orders. */
  orderIds: readonly string[];
}

/** Streams the orders that the viewer can see. @throws DomainError not_found when there is none */
export async function orderEventStream(
  deps: StreamDeps,
  orderIds: readonly string[],
  viewer: Viewer,
): Promise<OrderEventStream> {
  const stream = new PassThrough().setMaxListeners(orderIds.length + 10);
  const heartbeat = setInterval(() => stream.write(': still here\n\n'), HEARTBEAT_MS);
  const end = setTimeout(() => stream.end(), MAX_MS);
  stream.once('close', () => {
    clearTimeout(end);
    clearInterval(heartbeat);
  });
  try {
    stream.write('retry: 1000\n\n');
    const ids = [...new Set(orderIds)];
    const seen = await Promise.all(ids.map((orderId) => streamOrder(deps, stream, orderId, viewer)));
    if (!seen.includes(true)) throw new DomainError('not_found', 'Order not found.');
    return { stream, orderIds: ids.filter((_id, index) => seen[index]) };
  } catch (error) {
    stream.destroy();
    throw error;
  }
}

/** Writes an order's state now and after each change, until the stream closes. @returns whether the viewer can see the order */
async function streamOrder(deps: StreamDeps, stream: PassThrough, orderId: string, viewer: Viewer): Promise<boolean> {
  let last = '';
  let sending = Promise.resolve();
  const send = async () => {
    const state = await readOrderState(deps.db, orderId, viewer);
    const message = JSON.stringify(state);
    if (!state || message === last || stream.destroyed) return state;
    last = message;
    stream.write(`event: order\ndata: ${message}\n\n`);
    return state;
  };
  // Listening starts before the first read, so that no change in between is missed.
  const stopListening = deps.orderListener.listen(orderId, () => {
    sending = sending.then(send).then(
      () => undefined,
      (error: unknown) => {
        deps.log.warn({ err: error, orderId }, 'order stream: could not read the order');
        stream.end();
      },
    );
  });
  stream.once('close', stopListening);
  const isVisible = (await send()) !== undefined;
  if (!isVisible) {
    stream.off('close', stopListening);
    stopListening();
  }
  return isVisible;
}
