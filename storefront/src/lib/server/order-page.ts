/** The data of an order's page that can change while the page is open. */
import { canceledUnits, itemsRequests, leftToRefund, returnsAreClosed } from '#lib/after-purchase.ts';
import type { Api } from './api.ts';
import { clearUnpaidOrder, readOrderWithRefunds } from './orders.ts';

export type OrderPageData = Awaited<ReturnType<typeof readOrderPage>>;

/** @throws ApiProblem */
export async function readOrderPage(api: Api, orderId: string) {
  // Taken before the data is read, so that the newest data has the newest time.
  const now = Date.now();
  const { order, refunds } = await readOrderWithRefunds(api, orderId);
  const cartCount = await clearUnpaidOrder(api, order);
  const items = refunds?.items ?? [];
  const refundable = refunds?.refundable_amount ?? 0;
  return {
    order,
    refunds: items,
    refundable,
    left: { cancel: leftToRefund(order, items, 'cancel'), return: leftToRefund(order, items, 'return') },
    canceled: canceledUnits(order, items),
    itemsRequests: refundable > 0 ? itemsRequests(order, now) : [],
    returnsAreClosed: returnsAreClosed(order, now),
    ...(cartCount === undefined ? {} : { cartCount, countedAt: Date.now() }),
    now,
  };
}
