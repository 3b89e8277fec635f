/** Test helpers for refunds by shoppers and staff, and for their outcomes. */
import { atStripe, type Sale } from './sales.ts';
import { stockOf, type TestShop, until } from './shop.ts';

export const PARCEL = { carrier: 'UPS', trackingNumber: '1Z999AA10123456784' };

/** @param shop returns the shop, which exists once the tests run */
export function refundHelpers(shop: () => TestShop) {
  const refundOf = (sale: Sale, requestId: string) =>
    shop().services.db.row<{ status: string; id: string; cents: number }>(
      'select id, status, round(amount * 100)::int as cents from refunds where order_id = $1 and request_id = $2',
      [sale.orderId, requestId],
    );
  return {
    refundOf,
    /** Requests a refund. @param key idempotency key of the request @param person default: the shopper */
    requestRefund: ({ buyer, orderId }: Sale, body: object, key: string, person = buyer) =>
      person.call(
        'POST',
        `/orders/${orderId}/refunds`,
        { reason: 'changed my mind', ...body },
        { 'idempotency-key': key },
      ),
    line: (sale: Sale, index: number, quantity: number) => ({
      lines: [{ product_id: sale.products[index]!.id, quantity }],
    }),
    /** A line as staff specify it. */
    skuLine: (sale: Sale, index: number, quantity: number) => ({
      lines: [{ product: sale.products[index]!.sku, quantity }],
    }),
    stock: async (sale: Sale, index: number) => (await stockOf(shop().services, sale.products[index]!.id)).stock,
    untilRefund: (sale: Sale, requestId: string, status: string) =>
      until(
        async () => (await refundOf(sale, requestId))?.status === status,
        `refund ${requestId} to be ${status}`,
        25_000,
      ),
    /** Makes the next refund stay pending at the bank for a while. */
    pendingAtStripe: (outcome: 'succeeded' | 'failed', delayMs: number) =>
      atStripe(shop(), 'faults', { target: 'refund', kind: 'pending', outcome, delay_ms: delayMs }),
  };
}
