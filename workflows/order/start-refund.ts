import type { RefundFacts } from '../../activities/refunds/refund-facts.ts';
import { toDecimal } from '../../domain/money.ts';
import { recordedRefundStart, type StartedRefund } from '../refund/start.ts';
import { startUnlessRunning } from '../shared/start-unless-running.ts';
import type { OrderCase } from './case.ts';

type Refund = Pick<StartedRefund, 'refundId' | 'requestId' | 'amount'>;

export function startedRefund({ refundId, requestId, amountCents, currency }: RefundFacts): Refund {
  return { refundId, requestId, amount: toDecimal(amountCents, currency) };
}

/**
 * Starts the workflow of a refund that is already in the database; it sends the refund, or waits for approval.
 * @param summary shown in the list of workflows
 */
export async function startRefund({ traits }: OrderCase, refund: Refund, summary: string): Promise<void> {
  await startUnlessRunning(recordedRefundStart({ ...refund, ...traits, createdAt: new Date() }, summary));
}
