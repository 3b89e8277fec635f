import { isBehind } from '#lib/after-purchase.ts';
import type { Order, RefundList } from '#lib/contracts.ts';
import type { Api } from './api.ts';
import { readCart } from './cart.ts';
import { isProblem } from './problem.ts';

/** Path of an order, in the API as in the shop. */
export function orderPath(orderId: string): string {
  return `/orders/${encodeURIComponent(orderId)}`;
}

/** @throws ApiProblem */
export function readOrder(api: Api, orderId: string): Promise<Order> {
  return api.get<Order>(orderPath(orderId));
}

/** An order that keeps changing is shown as it was last read: its page follows it. */
const MAX_READS = 3;

/**
 * An order with its refunds, as of one moment: a refund that is booked between the two reads would be shown as sent, beside an
 * order that has not refunded anything.
 * @throws ApiProblem
 */
export async function readOrderWithRefunds(
  api: Api,
  orderId: string,
): Promise<{ order: Order; refunds: RefundList | undefined }> {
  for (let read = 1; ; read += 1) {
    const order = await readOrder(api, orderId);
    if (order.captured_amount === 0) return { order, refunds: undefined };
    const refunds = await api.get<RefundList>(`${orderPath(orderId)}/refunds`);
    if (read === MAX_READS || !isBehind(order, refunds.items)) return { order, refunds };
  }
}

/** The order that this browser placed and has still to pay; undefined when there is none, or none any more. @throws ApiProblem */
export async function unpaidOrder(api: Api): Promise<Order | undefined> {
  const orderId = api.cookies.unpaidOrderId;
  if (orderId === undefined) return undefined;
  try {
    const order = await readOrder(api, orderId);
    if (order.status === 'pending') return order;
  } catch (error) {
    if (!isProblem(error) || error.status >= 500) throw error;
  }
  api.cookies.dropUnpaidOrder();
  return undefined;
}

/** Says on the order's page why the shopper came there instead of to the checkout. */
export const UNPAID_PARAMETER = 'unpaid';

/** Remembers the order, and leads to its page. */
export function unpaidOrderPath(api: Api, orderId: string): string {
  api.cookies.keepUnpaidOrder(orderId);
  return `${orderPath(orderId)}?${UNPAID_PARAMETER}`;
}

/**
 * What this browser remembers of an order once it is settled: no longer that it is unpaid and, since paying empties the cart,
 * a fresh count.
 * @returns the count when it was looked up
 * @throws ApiProblem
 */
export async function settle(api: Api, order: Order): Promise<number | undefined> {
  if (order.status === 'pending' || api.cookies.unpaidOrderId !== order.id) return undefined;
  api.cookies.dropUnpaidOrder();
  const cart = await readCart(api);
  return cart?.item_count;
}
