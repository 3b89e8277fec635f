import type { UnmatchedPayment } from '../../activities/payments/unmatched-payments.ts';
import { formatMoney } from '../../domain/money.ts';
import { UNMATCHED_IN_WORDS } from '../../domain/payment.ts';
import { orderWorkflowId } from '../order/messages.ts';
import { atTime, stoppedText, workflowLink } from '../shared/markdown.ts';
import type { StuckSteps } from '../shared/stuck-steps.ts';
import type { UnmatchedPaymentOutcome } from './messages.ts';

interface UnmatchedPaymentCase {
  orderId: string;
  paymentIntentId: string;
  payment: UnmatchedPayment | undefined;
  outcome: UnmatchedPaymentOutcome | undefined;
  stopped: StuckSteps['current'];
}

/** Renders the case in Markdown for support staff. */
export function describeUnmatchedPayment(facts: UnmatchedPaymentCase): string {
  const { paymentIntentId, payment, outcome, stopped } = facts;
  const parts = [
    `### Unmatched payment ${paymentIntentId}`,
    ...stoppedText(
      stopped,
      'It is retried automatically. Once the cause is fixed, send the update `retry` to retry now, or refund the payment in the Stripe Dashboard.',
    ),
  ];
  if (outcome)
    parts.push(outcome === 'refunded' ? 'Done: the payment was refunded in full.' : 'Done: no refund is owed.');
  else parts.push('The payment is being refunded in full. No action is needed unless it stops.');
  if (payment) {
    parts.push(
      [
        `- Received: **${formatMoney(payment.amountCents, payment.currency)}**, ${atTime(payment.receivedAt)}`,
        `- Order: ${workflowLink(orderWorkflowId(payment.orderId), payment.orderNumber)}`,
        `- Why it is unmatched: ${UNMATCHED_IN_WORDS[payment.reason]}`,
        `- Refund at Stripe: ${payment.stripeRefundId ? `\`${payment.stripeRefundId}\`, ${payment.refundStatus}` : 'not made yet'}`,
        ...(payment.attempt > 1 ? [`- Attempt: ${payment.attempt}`] : []),
      ].join('\n'),
    );
  }
  return parts.join('\n\n');
}
