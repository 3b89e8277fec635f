import { isBehind } from '#lib/after-purchase.ts';
import type { Order, RefundList } from '#lib/contracts.ts';
import type { Api } from './api.ts';
import { readCart } from './cart.ts';
import { isProblem } from './problem.ts';

/** Path of an order, in both the API and the shop. */
export function orderPath(orderId: string): string {
  return `/orders/${encodeURIComponent(orderId)}`;
}

/** Path of the page on which the address of an unpaid order is changed. */
export function addressPath(orderId: string): string {
  return `${orderPath(orderId)}/address`;
}

/** @param key from an emailed link, instead of the one in the cookie @throws ApiProblem */
export function readOrder(api: Api, orderId: string, key?: string): Promise<Order> {
  return api.get<Order>(orderPath(orderId), key === undefined ? {} : { headers: { 'x-order-key': key } });
}

/** After this many reads, a changing order is shown as last read, because its page follows further changes. */
const MAX_READS = 3;

/**
 * Reads an order with its refunds consistently: a refund recorded between the two reads would show as sent while the order
 * shows nothing refunded.
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

/** The unpaid order that this browser placed, if any. @throws ApiProblem */
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

/** Query parameter that makes the order page explain why it is shown instead of checkout. */
export const UNPAID_PARAMETER = 'unpaid';

/** Remembers the order. @returns path of its page */
export function unpaidOrderPath(api: Api, orderId: string): string {
  api.cookies.keepUnpaidOrder(orderId);
  return `${orderPath(orderId)}?${UNPAID_PARAMETER}`;
}

/**
 * Forgets an unpaid order once it is no longer pending, and reads the cart again, since a payment empties it.
 * @returns the number of items in the cart, when it was read
 * @throws ApiProblem
 */
export async function clearUnpaidOrder(api: Api, order: Order): Promise<number | undefined> {
  if (order.status === 'pending' || api.cookies.unpaidOrderId !== order.id) return undefined;
  api.cookies.dropUnpaidOrder();
  const cart = await readCart(api);
  return cart?.item_count;
}
