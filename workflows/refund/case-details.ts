import { formatMoney } from '../../domain/money.ts';
import { orderWorkflowId } from '../order/messages.ts';
import { atTime, plain, table, withExample, workflowLink } from '../shared/markdown.ts';
import type { RefundCase } from './case.ts';
import type { RefundFacts } from './messages.ts';

/** The case in Markdown, for support staff: how much, why, who asked, what happens next, what can be done. */
export function describeRefund(refund: RefundCase): string {
  const { facts } = refund;
  const orderId = facts?.orderId ?? refund.input.orderId;
  const parts = [`### Refund of order ${orderId}`];
  const stopped = refund.stuck.current;
  if (stopped) parts.push(`**Stopped since ${atTime(stopped.since)}**: ${stopped.what}. ${plain(stopped.why)}`);
  parts.push(nextStep(refund));
  if (!facts) return parts.join('\n\n');
  parts.push(
    [
      `- Amount: **${formatMoney(facts.amountCents, facts.currency)}**`,
      `- State: **${facts.status.replaceAll('_', ' ')}**`,
      `- Order: ${workflowLink(orderWorkflowId(orderId))}`,
      `- Why: ${plain(facts.reason)}`,
      `- Asked by: ${plain(facts.requestedBy)}, ${atTime(facts.createdAt)}`,
      ...(facts.decidedBy ? [`- Decided by: ${plain(facts.decidedBy)} (${plain(facts.decisionReason ?? '')})`] : []),
      `- Payment: \`${facts.paymentIntentId}\``,
      `- Refund at Stripe: ${facts.stripeRefundId ? `\`${facts.stripeRefundId}\`` : 'not made yet'}`,
      ...(facts.attempt > 1 ? [`- Try: ${facts.attempt}`] : []),
    ].join('\n'),
  );
  if (facts.lines.length > 0) {
    parts.push(
      table(
        ['Item', 'Quantity', 'Goes back on sale'],
        facts.lines.map((line) => [plain(line.name), `${line.quantity}`, facts.restock ? 'yes' : 'no']),
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
    'The money did not go back. Send the update `retry` to try again, `giveUp` if it went back in another way, or `cancel` if it is not owed: then its items ship.',
  rejected: 'The refund was declined.',
};

function nextStep(refund: RefundCase): string {
  if (refund.refusal) return `Refused: ${withExample(refund.refusal)}`;
  if (!refund.facts) return 'Nothing is refunded yet.';
  if (refund.outcome === 'failed') return 'The money did not go back by card; it was settled in another way.';
  const { status, refundId } = refund.facts;
  if (status === 'awaiting_approval') {
    return [
      '**Waits for a second person.** A support lead who did not ask for it decides, signed in to the shop:',
      `\`POST /api/refunds/${refundId}/approve\` or \`/reject\`. This page can’t approve it.`,
    ].join('\n\n');
  }
  return STATES[status];
}
