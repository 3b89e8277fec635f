/** The tables of an order's refunds and chargebacks. Narrow columns that staff need first are on the left, because the Web UI cuts off wide tables. */
import type { OrderRecord } from '../../activities/orders/case-reader.ts';
import { STRIPE } from '../../domain/identity.ts';
import { withholdsMoney } from '../../domain/shipping.ts';
import { refundWorkflowId } from '../refund/messages.ts';
import { inColumn, plain, table, who, workflowLink } from '../shared/markdown.ts';
import { refundStateInWords } from '../shared/refund-words.ts';

type Refund = OrderRecord['refunds'][number];
type Money = (cents: number) => string;

export function refundTable(refunds: readonly Refund[], money: Money): string[] {
  if (refunds.length === 0) return [];
  const rows = refunds.map((refund) => [
    amountOf(refund, money),
    refundStateInWords(refund),
    plain(refund.reason),
    refundedItems(refund),
    who(refund.requestedBy),
    refund.decidedBy ? who(refund.decidedBy) : '',
    plain(refund.requestId),
  ]);
  return ['**Refunds**', table(['Refund', 'State', 'Why', 'For', 'Requested by', 'Decided by', 'Request ID'], rows)];
}

/** A link to the refund's case. A chargeback, or a refund made in the Stripe Dashboard, has none. */
function amountOf({ orderId, requestId, requestedBy, amountCents }: Refund, money: Money): string {
  const amount = money(amountCents);
  return requestedBy === STRIPE ? amount : workflowLink(refundWorkflowId(orderId, requestId), amount);
}

/** A goodwill refund is for no item, so all items still ship. */
function refundedItems(refund: Refund): string {
  if (refund.lines.length > 0) return refund.lines.map((line) => `${line.quantity} × ${plain(line.name)}`).join(', ');
  return refund.kind === 'refund' && refund.requestedBy !== STRIPE ? 'goodwill, no items' : 'no items specified';
}

export function chargebackTable(disputes: OrderRecord['disputes'], money: Money): string[] {
  if (disputes.length === 0) return [];
  const rows = disputes.map((dispute) => [
    money(dispute.amountCents),
    dispute.status.replace('warning_', 'inquiry: ').replaceAll('_', ' '),
    dispute.evidenceDueBy ? inColumn(dispute.evidenceDueBy) : '',
    dispute.reason.replaceAll('_', ' '),
    `\`${dispute.disputeId}\``,
  ]);
  return ['**Chargebacks**', table(['Amount', 'State', 'Respond by (UTC)', 'Why', 'Dispute'], rows)];
}

/** How much of what counts as refunded the bank withholds until it decides, in minor units. */
export function heldByBankCents(record: OrderRecord | undefined): number {
  const open = record?.disputes.filter(({ status }) => withholdsMoney(status)) ?? [];
  return open.reduce((sum, { amountCents }) => sum + amountCents, 0);
}
