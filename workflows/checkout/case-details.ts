import type { OrderRecord } from '../../activities/orders/case-reader.ts';
import type { Address } from '../../domain/address.ts';
import { formatMoney } from '../../domain/money.ts';
import {
  isAllowed,
  ORDER_ACTIONS,
  type OrderAction,
  type OrderStatus,
  statusInWords,
} from '../../domain/order-state.ts';
import { refundWorkflowId } from '../refund/messages.ts';
import { reservationWorkflowId } from '../reservation/messages.ts';
import { atTime, inColumn, plain, table, who, workflowLink } from '../shared/markdown.ts';
import type { CheckoutCase } from './case.ts';

/** The case in Markdown, for support staff: what was bought, the money, each try, what happens next, what can be done. */
export function describeCheckout(the: CheckoutCase): string {
  const { order, record } = the;
  const parts = [`### Order ${the.orderId}`];
  const stopped = the.trouble.current;
  if (stopped) {
    parts.push(
      `**Stopped since ${atTime(stopped.since)}**: ${stopped.what}. ${plain(stopped.why)}`,
      'It is tried again by itself. When the cause is gone, send the update `retry` to try at once.',
    );
  }
  parts.push(nextStep(the));
  if (!order) return parts.join('\n\n');
  parts.push(whatCanBeDone(the, order.status));
  const money = (cents: number) => formatMoney(cents, order.currency);
  parts.push(
    table(
      ['Item', 'SKU', 'Quantity', 'Price'],
      order.lines.map((line) => [plain(line.name), plain(line.sku), `${line.quantity}`, money(line.unitPriceCents)]),
    ),
    [
      `- Status: **${statusInWords(order.status)}**`,
      // One amount a line: between two dollar signs the Web UI reads mathematics.
      `- Total: ${money(order.totalCents)}`,
      `- Charged: ${money(order.capturedCents)}`,
      `- Refunded: ${money(order.refundedCents)}`,
      `- Left: ${money(order.capturedCents - order.refundedCents)}`,
      `- Payment: ${paymentText(the)}`,
      `- Hold: ${workflowLink(reservationWorkflowId(order.reservationId))}, ${holdText(the)}`,
    ].join('\n'),
  );
  if (record) parts.push(...describeRecord(record, money));
  else if (the.begun) parts.push(buyerText(the.begun, the.begun.shippingAddress));
  if (the.tries.length > 0 && !record) {
    parts.push(`**Refused tries**\n\n${the.tries.map((each) => `- ${plain(each.message)} (${each.code})`).join('\n')}`);
  }
  return parts.join('\n\n');
}

function paymentText({ order, paymentUrl }: CheckoutCase): string {
  const paymentIntentId = order?.paymentIntentId;
  if (!paymentIntentId) return 'not opened yet';
  return paymentUrl ? `[${paymentIntentId}](${paymentUrl})` : `\`${paymentIntentId}\``;
}

function holdText(the: CheckoutCase): string {
  const { status, expiresAt } = the.order!;
  if (status === 'pending') return `until ${atTime(expiresAt)}`;
  if (status === 'expired' || (status === 'cancelled' && the.order!.capturedCents === 0)) return 'given back';
  return status === 'cancelled' ? 'sold, and back on sale since' : 'sold';
}

function buyerText(customer: OrderRecord['customer'], to: Partial<Address>): string {
  const place = [to.name, to.street, to.street2, to.city, to.state, to.postal_code, to.country];
  return [
    `- Customer: ${customer.userId ? `\`${customer.userId}\`` : 'a guest'}${customer.email ? `, ${plain(customer.email)}` : ''}`,
    `- Ships to: ${plain(place.filter(Boolean).join(', '))}`,
  ].join('\n');
}

function describeRecord(record: OrderRecord, money: (cents: number) => string): string[] {
  const { shipment } = record;
  const parts: string[] = [buyerText(record.customer, record.shippingAddress)];
  if (shipment) {
    parts.push(
      [
        `- Shipped: ${atTime(shipment.shippedAt)} with ${plain(shipment.carrier)}, tracking number ${plain(shipment.trackingNumber)}`,
        ...(shipment.deliveredAt ? [`- Delivered: ${atTime(shipment.deliveredAt)}`] : []),
      ].join('\n'),
    );
  }
  if (record.refunds.length > 0) {
    parts.push(
      '**Refunds**',
      table(
        ['Refund', 'Amount', 'State', 'Why', 'Asked by', 'Decided by'],
        record.refunds.map((refund) => [
          // Those that were made at Stripe have no workflow of their own.
          refund.requestedBy === 'stripe'
            ? `\`${refund.requestId}\``
            : workflowLink(refundWorkflowId(refund.orderId, refund.requestId), plain(refund.requestId)),
          money(refund.amountCents),
          refund.status.replaceAll('_', ' '),
          plain(refund.reason),
          who(refund.requestedBy),
          refund.decidedBy ? who(refund.decidedBy) : '',
        ]),
      ),
    );
  }
  if (record.disputes.length > 0) {
    parts.push(
      '**Chargebacks**',
      table(
        ['Dispute', 'Amount', 'State', 'Why', 'Answer by (UTC)'],
        record.disputes.map((dispute) => [
          `\`${dispute.disputeId}\``,
          money(dispute.amountCents),
          dispute.status.replaceAll('_', ' '),
          dispute.reason.replaceAll('_', ' '),
          dispute.evidenceDueBy ? inColumn(dispute.evidenceDueBy) : '',
        ]),
      ),
    );
  }
  parts.push(
    '**What happened**',
    table(
      ['UTC', 'What', 'Who', 'Why'],
      record.history.map((event) => [
        inColumn(event.at),
        plain(event.message),
        who(event.actor),
        event.reason ? plain(event.reason) : '',
      ]),
    ),
  );
  return parts;
}

const NEXT: Partial<Record<OrderStatus, string>> = {
  paid: 'Paid. It waits to be shipped.',
  partially_refunded: 'Paid, in part refunded. It waits to be shipped.',
  shipped: 'On its way. It waits for the delivery.',
  refunded: 'All of the money has gone back.',
};

function nextStep(the: CheckoutCase): string {
  if (the.outcome === 'not_begun') return 'Nothing was ordered.';
  if (the.refundId) {
    return `Paid when the items were gone: the whole charge goes back by ${workflowLink(refundWorkflowId(the.orderId, 'paid-too-late'))}.`;
  }
  if (the.outcome) return `Done: ${statusInWords(the.outcome as OrderStatus)}.`;
  if (the.settled) return nextOfSettled(the);
  if (the.capture) return 'The payment has arrived; the order is being completed.';
  if (the.settling)
    return 'Ending the order: Stripe is asked to cancel the payment, which settles whether it was paid.';
  if (the.cancelRequest) return 'Cancellation asked for.';
  if (!the.order) return 'Waiting for the checkout.';
  return `Waiting for the payment until **${atTime(the.order.expiresAt)}**; then the payment is cancelled and the stock goes back.`;
}

function nextOfSettled(the: CheckoutCase): string {
  const status = the.order!.status;
  const waiting = the.record?.refunds.filter((refund) => refund.status === 'awaiting_approval') ?? [];
  const approval = waiting
    .map(
      (refund) =>
        `${workflowLink(refundWorkflowId(refund.orderId, refund.requestId), 'A refund')} of ${formatMoney(refund.amountCents, refund.currency)} waits for a support lead.`,
    )
    .join(' ');
  const next =
    status === 'on_hold'
      ? `**On hold**: nothing ships until it is released. The reason: ${plain(the.record?.holdReason ?? 'none was given')}`
      : status === 'delivered'
        ? `Delivered. Returns are taken until ${the.record?.closesAt ? atTime(the.record.closesAt) : 'the end of the return time'}.`
        : (NEXT[status] ?? `${statusInWords(status)}.`);
  return [next, approval].filter(Boolean).join('\n\n');
}

const ACTION_NAMES: Readonly<Record<OrderAction, string>> = {
  cancel: '`cancel`',
  refund: '`refund`',
  extendHold: '`extendHold`',
  correctAddress: '`correctAddress`',
  putOnHold: '`putOnHold`',
  release: '`release`',
  markShipped: '`markShipped`',
  markDelivered: '`markDelivered`',
  resendConfirmation: '`resendConfirmation`',
  recheckPayment: '`recheckPayment`',
};

function whatCanBeDone(the: CheckoutCase, status: OrderStatus): string {
  if (the.outcome) {
    return isAllowed('refund', status)
      ? 'This workflow is over. A refund can still be made: start the workflow `refund` with the order’s id.'
      : 'This workflow is over; nothing is left to do.';
  }
  const allowed = (Object.keys(ORDER_ACTIONS) as OrderAction[]).filter((action) => isAllowed(action, status));
  return `**What you can do now** (Send an Update): ${allowed.map((action) => ACTION_NAMES[action]).join(', ')}`;
}
