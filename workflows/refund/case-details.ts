import { formatMoney } from '../../domain/money.ts';
import { orderWorkflowId } from '../order/messages.ts';
import { atTime, plain, stoppedText, table, withExample, workflowLink } from '../shared/markdown.ts';
import { isMoneyOwed, refundStateInWords } from '../shared/refund-words.ts';
import type { RefundCase } from './case.ts';
import type { RefundFacts } from './messages.ts';

/** Renders the case in Markdown for support staff: amount, reason, requester, the next step, and the available updates. */
export function describeRefund(refund: RefundCase): string {
  const { facts } = refund;
  const { stuck } = refund;
  const next = stuck.isOutage
    ? 'It is retried automatically. Once the cause is fixed, send the update `retry` to retry now.'
    : '';
  const parts = [
    `### Refund of order ${facts?.orderNumber ?? refund.input.orderId}`,
    ...stoppedText(stuck.current, next),
    nextStep(refund),
  ];
  if (!facts) return parts.join('\n\n');
  parts.push(
    [
      `- Amount: **${formatMoney(facts.amountCents, facts.currency)}**`,
      `- State: **${refundStateInWords(facts)}**`,
      `- Order: ${workflowLink(orderWorkflowId(facts.orderId), facts.orderNumber)}`,
      `- Why: ${plain(facts.reason)}`,
      `- Requested by: ${plain(facts.requestedBy)}, ${atTime(facts.createdAt)}`,
      ...(facts.decidedBy ? [`- Decided by: ${plain(facts.decidedBy)} (${plain(facts.decisionReason ?? '')})`] : []),
      `- Payment: \`${facts.paymentIntentId}\``,
      `- Refund at Stripe: ${facts.stripeRefundId ? `\`${facts.stripeRefundId}\`` : 'not made yet'}`,
      ...(facts.attempt > 1 ? [`- Attempt: ${facts.attempt}`] : []),
    ].join('\n'),
  );
  if (facts.lines.length > 0) {
    parts.push(
      table(
        ['Item', 'Quantity', 'Return to stock'],
        facts.lines.map((line) => [plain(line.name), `${line.quantity}`, restockText(facts)]),
      ),
    );
  }
  return parts.join('\n\n');
}

function restockText({ status, restock }: RefundFacts): string {
  if (status === 'awaiting_return') return 'decided when the items arrive';
  return restock ? 'yes' : 'no';
}

const STATES: Readonly<Record<Exclude<RefundFacts['status'], 'awaiting_approval' | 'pending' | 'failed'>, string>> = {
  awaiting_return:
    'Waiting for the items to be returned. When they arrive, send the update `returnReceived`. If they can’t be accepted, send `declineReturn`. If the customer keeps them, send `withdraw`.',
  succeeded:
    'Done: the refund succeeded. If the bank returns it later, a new case with the same Workflow ID shows that.',
  rejected: 'The refund was rejected. Nothing is refunded.',
  withdrawn: 'The refund was withdrawn. Nothing is refunded.',
};

function pendingText({ facts, stuck }: RefundCase): string {
  if (facts!.stripeRefundId !== null) return 'Stripe or the bank is processing the refund. No action is needed.';
  return stuck.current
    ? 'The refund has not been made at Stripe yet. It is made once Stripe can be reached.'
    : 'The refund is being sent to Stripe. No action is needed.';
}

function failedText(refund: RefundFacts): string {
  const failed =
    '**The refund failed**: the customer has not received the money. Send the update `retry` to try again, or `giveUp` if you paid the customer another way';
  if (isMoneyOwed(refund)) return `${failed}.`;
  return `${failed}. If no refund is owed, send \`withdraw\`${refund.cancelsUnits ? '; its items then ship' : ''}.`;
}

function nextStep(refund: RefundCase): string {
  if (refund.refusal) return `Refused: ${withExample(refund.refusal)}`;
  if (!refund.facts) return 'No refund has been made yet.';
  if (refund.facts.isGivenUp) return 'The refund to the card was given up. The customer was paid another way.';
  const { status, refundId } = refund.facts;
  if (status === 'awaiting_approval') {
    return [
      '**Waiting for approval.** A support lead who did not request this refund must sign in to the shop and decide:',
      `\`POST /api/refunds/${refundId}/approve\` or \`/reject\`. It can’t be approved on this page.`,
      'If it is no longer wanted, send the update `withdraw`.',
    ].join('\n\n');
  }
  if (status === 'pending') return pendingText(refund);
  return status === 'failed' ? failedText(refund.facts) : STATES[status];
}
