/** Refunds inserted with SQL, for tests of code that reads the records. */
import { randomUUID } from 'node:crypto';
import type { Database } from '../../infra/postgres/database.ts';
import type { Sale } from './sales.ts';

export interface WrittenRefund {
  status: string;
  cancelsUnits: boolean;
  /** 0 means a refund of an amount without lines. */
  quantity: number;
  kind?: string;
  isGivenUp?: boolean;
  /** Whether its units are restocked. */
  isRestocked?: boolean;
  amount?: number;
  requestedBy?: string;
  stripeRefundId?: string;
  /** Default: the first product of the sale. */
  productId?: string;
}

/** @returns the refund's ID */
export async function writeRefund(
  db: Database,
  { orderId, products }: Pick<Sale, 'orderId' | 'products'>,
  refund: WrittenRefund,
): Promise<string> {
  const id = randomUUID();
  const { status, cancelsUnits, kind = 'refund', isGivenUp = false, isRestocked = false, amount = 1 } = refund;
  const { requestedBy = 'system', stripeRefundId = null, productId = products[0]!.id } = refund;
  await db.run(
    `insert into refunds (id, order_id, request_id, amount, currency, reason, requested_by, status, cancels_units, kind, given_up_at,
       stripe_refund_id)
     values ($1, $2, $3, $4, 'usd', 'provoked', $5, $6, $7, $8, case when $9 then now() end, $10)`,
    [id, orderId, `provoked-${id}`, amount, requestedBy, status, cancelsUnits, kind, isGivenUp, stripeRefundId],
  );
  if (refund.quantity === 0) return id;
  await db.run(
    `insert into refund_items (refund_id, product_id, quantity, restocked_at) values ($1, $2, $3, case when $4 then now() end)`,
    [id, productId, refund.quantity, isRestocked],
  );
  return id;
}

export async function deleteRefund(db: Database, id: string): Promise<void> {
  await db.run('delete from refund_items where refund_id = $1', [id]);
  await db.run('delete from refunds where id = $1', [id]);
}
