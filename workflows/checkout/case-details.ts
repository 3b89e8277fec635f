import { formatMoney } from '../../domain/money.ts';
import { refundWorkflowId } from '../refund/messages.ts';
import { reservationWorkflowId } from '../reservation/messages.ts';
import type { CheckoutCase } from './case.ts';

/** The case in Markdown, for support staff: what was bought, the money, each try, what happens next. */
export function describeCheckout(the: CheckoutCase): string {
  const { order } = the;
  const parts = [`### Order ${the.orderId}`, nextStep(the)];
  if (!order) return parts.join('\n\n');
  const money = (cents: number) => formatMoney(cents, order.currency);
  parts.push(
    ['| Item | Quantity | Price |', '| --- | --- | --- |']
      .concat(order.lines.map((line) => `| ${line.name} | ${line.quantity} | ${money(line.unitPriceCents)} |`))
      .join('\n'),
    [
      `- Status: **${order.status.replace('_', ' ')}**`,
      // One amount a line: between two dollar signs the Web UI reads mathematics.
      `- Total: ${money(order.totalCents)}`,
      `- Charged: ${money(order.capturedCents)}`,
      `- Refunded: ${money(order.refundedCents)}`,
      `- Payment: ${order.paymentIntentId ? `\`${order.paymentIntentId}\`` : 'not opened yet'}`,
      `- Hold: \`${reservationWorkflowId(order.reservationId)}\`, until ${order.expiresAt}`,
    ].join('\n'),
  );
  if (the.tries.length > 0) {
    parts.push(
      `**Refused tries**\n\n${the.tries.map((attempt) => `- ${attempt.message} (${attempt.code})`).join('\n')}`,
    );
  }
  return parts.join('\n\n');
}

function nextStep(the: CheckoutCase): string {
  if (the.outcome === 'not_begun') return 'Nothing was ordered.';
  if (the.refundId) {
    return `Paid when the items were gone: the whole charge goes back by \`${refundWorkflowId(the.orderId, 'paid-too-late')}\`.`;
  }
  if (the.outcome) return `Done: ${the.outcome.replace('_', ' ')}.`;
  if (the.capture) return 'The payment has arrived; the order is being completed.';
  if (the.settling)
    return 'Ending the order: Stripe is asked to cancel the payment, which settles whether it was paid.';
  if (the.cancelRequested) return 'Cancellation asked for.';
  if (!the.order) return 'Waiting for the checkout.';
  return `Waiting for the payment until **${the.order.expiresAt}**; then the payment is cancelled and the stock goes back.`;
}
