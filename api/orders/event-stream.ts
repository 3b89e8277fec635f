/** Server-sent events of one order: its current state, and its state after each change. */
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

/** @throws DomainError not_found */
export async function orderEventStream(
  deps: { db: Sql; orderListener: OrderListener; log: Logger },
  orderId: string,
  viewer: Viewer,
): Promise<PassThrough> {
  const stream = new PassThrough();
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
  const heartbeat = setInterval(() => stream.write(': still here\n\n'), HEARTBEAT_MS);
  const end = setTimeout(() => stream.end(), MAX_MS);
  stream.once('close', () => {
    clearTimeout(end);
    clearInterval(heartbeat);
    stopListening();
  });
  try {
    stream.write('retry: 1000\n\n');
    if (!(await send())) throw new DomainError('not_found', 'Order not found.');
  } catch (error) {
    stream.destroy();
    throw error;
  }
  return stream;
}
