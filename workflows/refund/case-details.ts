import { formatMoney } from '../../domain/money.ts';
import { orderWorkflowId } from '../order/messages.ts';
import { atTime, plain, table, withExample, workflowLink } from '../shared/markdown.ts';
import type { RefundCase } from './case.ts';
import type { RefundFacts } from './messages.ts';

/** The case in Markdown, for support staff: how much, why, who asked, what happens next, what can be done. */
export function describeRefund(the: RefundCase): string {
  const { refund } = the;
  const orderId = refund?.orderId ?? the.input.orderId;
  const parts = [`### Refund of order ${orderId}`];
  const stopped = the.trouble.current;
  if (stopped) parts.push(`**Stopped since ${atTime(stopped.since)}**: ${stopped.what}. ${plain(stopped.why)}`);
  parts.push(nextStep(the));
  if (!refund) return parts.join('\n\n');
  parts.push(
    [
      `- Amount: **${formatMoney(refund.amountCents, refund.currency)}**`,
      `- State: **${refund.status.replaceAll('_', ' ')}**`,
      `- Order: ${workflowLink(orderWorkflowId(orderId))}`,
      `- Why: ${plain(refund.reason)}`,
      `- Asked by: ${plain(refund.requestedBy)}, ${atTime(refund.createdAt)}`,
      ...(refund.decidedBy ? [`- Decided by: ${plain(refund.decidedBy)} (${plain(refund.decisionReason ?? '')})`] : []),
      `- Payment: \`${refund.paymentIntentId}\``,
      `- Refund at Stripe: ${refund.stripeRefundId ? `\`${refund.stripeRefundId}\`` : 'not made yet'}`,
      ...(refund.attempt > 1 ? [`- Try: ${refund.attempt}`] : []),
    ].join('\n'),
  );
  if (refund.lines.length > 0) {
    parts.push(
      table(
        ['Item', 'Quantity', 'Goes back on sale'],
        refund.lines.map((line) => [plain(line.name), `${line.quantity}`, refund.restock ? 'yes' : 'no']),
      ),
    );
  }
  return parts.join('\n\n');
}

const STATES: Readonly<Record<Exclude<RefundFacts['status'], 'awaiting_approval'>, string>> = {
  awaiting_return:
    'The items have to come back first. When they are here, send the update `returnReceived`; if they can’t be taken, `declineReturn`.',
  pending: 'The refund is on its way: Stripe is being asked, or the bank is at work.',
  succeeded: 'Done: the money has gone back.',
  failed:
    'The money did not go back. Send the update `retry` to try again, `giveUp` if it went back in another way, or `withdraw` if it is not owed: then its items ship.',
  rejected: 'The refund was declined.',
};

function nextStep(the: RefundCase): string {
  if (the.refusal) return `Refused: ${withExample(the.refusal)}`;
  if (!the.refund) return 'Nothing is refunded yet.';
  if (the.outcome === 'failed') return 'The money did not go back by card; it was settled in another way.';
  const { status, refundId } = the.refund;
  if (status === 'awaiting_approval') {
    return [
      '**Waits for a second person.** A support lead who did not ask for it decides, signed in to the shop:',
      `\`POST /api/refunds/${refundId}/approve\` or \`/reject\`. This page can’t approve it.`,
    ].join('\n\n');
  }
  return STATES[status];
}
