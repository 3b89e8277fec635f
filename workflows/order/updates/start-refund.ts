import type { RefundFacts } from '../../../activities/refunds/refund-facts.ts';
import { toDecimal } from '../../../domain/money.ts';
import { refundStart } from '../../refund/start.ts';
import { startUnlessRunning } from '../../shared/start-unless-running.ts';
import type { OrderCase } from '../case.ts';

/** Starts the workflow of a refund that is already in the database; it sends the refund, or waits for approval. */
export async function startRefund(
  order: OrderCase,
  { refundId, requestId, amountCents, currency }: RefundFacts,
): Promise<void> {
  const { orderId } = order;
  const customerId = order.record?.customer.userId ?? null;
  const amount = toDecimal(amountCents, currency);
  const started = { refundId, orderId, requestId, customerId, amount, createdAt: new Date() };
  await startUnlessRunning(refundStart(started, 'Refund requested by support', true));
}
