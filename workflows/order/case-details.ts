import type { OrderRecord } from '../../activities/orders/case-reader.ts';
import type { OrderFacts } from '../../activities/orders/order-facts.ts';
import type { Address } from '../../domain/address.ts';
import type { Buyer } from '../../domain/checkout.ts';
import { STRIPE, SYSTEM } from '../../domain/identity.ts';
import { formatMoney } from '../../domain/money.ts';
import {
  hasShipped,
  isAllowed,
  ORDER_ACTIONS,
  type OrderAction,
  type OrderStatus,
  statusInWords,
} from '../../domain/order-state.ts';
import { LATE_PAYMENT_REQUEST } from '../../domain/payment.ts';
import { isOpenDispute, refusalOfShipping, withholdsMoney } from '../../domain/shipping.ts';
import { refundWorkflowId } from '../refund/messages.ts';
import { reservationWorkflowId } from '../reservation/messages.ts';
import { atTime, inColumn, plain, table, who, workflowLink } from '../shared/markdown.ts';
import type { OrderCase } from './case.ts';

/** Renders the case in Markdown for support staff: items, money, declined payments, the next step, and the available updates. */
export function describeOrder(order: OrderCase): string {
  const { facts, record } = order;
  const parts = [`### Order ${order.orderId}`];
  const stopped = order.stuck.current;
  if (stopped) {
    parts.push(
      `**Stopped since ${atTime(stopped.since)}**: ${stopped.what}. ${plain(stopped.why)}`,
      'It is retried automatically. Once the cause is fixed, send the update `retry` to retry now.',
    );
  }
  parts.push(nextStep(order));
  if (!facts) return parts.join('\n\n');
  parts.push(availableUpdates(order, facts.status));
  const money = (cents: number) => formatMoney(cents, facts.currency);
  parts.push(
    itemTable(facts.lines, record?.packing, money),
    [
      `- Status: **${statusInWords(facts.status)}**`,
      // One amount per line, because the Web UI renders text between two dollar signs as math.
      `- Total: ${money(facts.totalCents)}`,
      `- Charged: ${money(facts.capturedCents)}`,
      `- Refunded: ${money(facts.refundedCents)}`,
      `- Remaining: ${money(facts.capturedCents - facts.refundedCents)}`,
      `- Payment: ${paymentText(order)}`,
      `- Reservation: ${workflowLink(reservationWorkflowId(facts.reservationId))}, ${reservationText(order)}`,
    ].join('\n'),
  );
  if (record) parts.push(...describeRecord(record, money));
  else if (order.begun) parts.push(buyerText(order.begun));
  if (order.failures.length > 0 && !record) {
    parts.push(
      `**Declined payments**\n\n${order.failures.map((each) => `- ${plain(each.message)} (${each.code})`).join('\n')}`,
    );
  }
  return parts.join('\n\n');
}

/** The packing list. A refund of unshipped items cancels them, so what ships can differ from what was bought. */
function itemTable(
  lines: OrderFacts['lines'],
  packing: OrderRecord['packing'] | undefined,
  money: (cents: number) => string,
): string {
  const isPacked = packing?.some((line) => line.canceled + line.pending > 0 || (line.shipped > 0 && line.toShip > 0));
  if (!packing || !isPacked) {
    return table(
      ['Item', 'SKU', 'Quantity', 'Price'],
      lines.map((line) => [plain(line.name), plain(line.sku), `${line.quantity}`, money(line.unitPriceCents)]),
    );
  }
  return table(
    ['Item', 'SKU', 'Bought', 'Canceled', 'Shipped', 'To ship', 'Price'],
    lines.map((line) => {
      const packed = packing.find(({ productId }) => productId === line.productId)!;
      const pending = packed.pending > 0 ? ` and ${packed.pending} being refunded` : '';
      return [
        plain(line.name),
        plain(line.sku),
        `${packed.bought}`,
        `${packed.canceled}${pending}`,
        `${packed.shipped}`,
        `**${packed.toShip}**`,
        money(line.unitPriceCents),
      ];
    }),
  );
}

function paymentText({ facts, paymentUrl }: OrderCase): string {
  const { paymentIntentId } = facts!;
  if (!paymentIntentId) return 'not created yet';
  return paymentUrl ? `[${paymentIntentId}](${paymentUrl})` : `\`${paymentIntentId}\``;
}

function reservationText(order: OrderCase): string {
  const { status, expiresAt } = order.facts!;
  if (status === 'pending') return `until ${atTime(expiresAt)}`;
  if (status === 'expired') return 'released';
  if (status !== 'canceled') return 'sold';
  return order.facts!.capturedCents === 0 || wasPaidTooLate(order) ? 'released' : 'sold, then returned to stock';
}

/** Whether the payment arrived after the items were gone, so that nothing was sold. A resumed run finds this in the order's records. */
function wasPaidTooLate({ refundId, record }: OrderCase): boolean {
  const isLateRefund = (refund: OrderRecord['refunds'][number]) =>
    refund.requestId === LATE_PAYMENT_REQUEST && refund.requestedBy === SYSTEM;
  return refundId !== undefined || (record?.refunds.some(isLateRefund) ?? false);
}

function addressText(to: Address): string {
  const place = [to.name, to.street, to.street2, to.city, to.state, to.postal_code, to.country];
  return plain(place.filter(Boolean).join(', '));
}

function buyerText(customer: Buyer): string {
  return [
    `- Customer: ${customer.userId ? `\`${customer.userId}\`` : 'a guest'}${customer.email ? `, ${plain(customer.email)}` : ''}`,
    `- Ships to: ${addressText(customer.shipping_address)}`,
  ].join('\n');
}

function describeRecord(record: OrderRecord, money: (cents: number) => string): string[] {
  const parts: string[] = [buyerText(record.customer)];
  if (record.shipments.length > 0) parts.push(record.shipments.map((parcel) => parcelText(parcel, record)).join('\n'));
  if (record.refunds.length > 0) {
    parts.push(
      '**Refunds**',
      table(
        ['Refund', 'Amount', 'For', 'State', 'Why', 'Requested by', 'Decided by'],
        record.refunds.map((refund) => [
          // A refund made in the Stripe Dashboard has no workflow.
          refund.requestedBy === STRIPE
            ? `\`${refund.requestId}\``
            : workflowLink(refundWorkflowId(refund.orderId, refund.requestId), plain(refund.requestId)),
          money(refund.amountCents),
          refundedItems(refund),
          refund.isGivenUp ? 'given up' : refund.status.replaceAll('_', ' '),
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
        ['Dispute', 'Amount', 'State', 'Why', 'Respond by (UTC)'],
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
  if (record.previousContacts.length > 0) {
    parts.push(
      '**Previous addresses**',
      table(
        ['Until (UTC)', 'What', 'Previously', 'Changed by'],
        record.previousContacts.map((contact) => [
          inColumn(contact.at),
          contact.kind === 'email' ? 'email' : 'shipping',
          'email' in contact.value ? plain(contact.value.email ?? 'none') : addressText(contact.value),
          who(contact.actor),
        ]),
      ),
    );
  }
  parts.push(
    '**Order history**',
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

/** One parcel; its items are named if the order has several parcels. */
function parcelText(parcel: OrderRecord['shipments'][number], { shipments, order }: OrderRecord): string {
  const nameOf = (productId: string) => order.lines.find((line) => line.productId === productId)?.name ?? productId;
  const isPart = shipments.length > 1 || order.fulfillment === 'partially_shipped';
  const items = parcel.lines.map(({ productId, quantity }) => `${quantity} × ${plain(nameOf(productId))}`).join(', ');
  const shipped = `- Shipped: ${atTime(parcel.shippedAt)} with ${plain(parcel.carrier)}, tracking number ${plain(parcel.trackingNumber)}${isPart ? `: ${items}` : ''}`;
  return parcel.deliveredAt ? `${shipped}\n- Delivered: ${atTime(parcel.deliveredAt)}` : shipped;
}

/** A goodwill refund is for no item, so all items still ship. */
function refundedItems(refund: OrderRecord['refunds'][number]): string {
  if (refund.lines.length > 0) return refund.lines.map((line) => `${line.quantity} × ${plain(line.name)}`).join(', ');
  return refund.kind === 'refund' && refund.requestedBy !== STRIPE ? 'goodwill, no items' : 'no items specified';
}

const NEXT: Partial<Record<OrderStatus, string>> = {
  paid: 'Paid. Ready to ship.',
  partially_refunded: 'Paid and partially refunded. Ready to ship.',
  partially_shipped: 'Partially shipped. Ship the items under “To ship”.',
  shipped: 'Shipped. Waiting for delivery.',
  refunded: 'The full amount was refunded or charged back.',
};

function nextStep(order: OrderCase): string {
  if (order.outcome === 'not_begun') return 'No order was placed.';
  if (order.refundId) {
    return `The payment arrived after the reservation ended. Ask the customer to place a new order. The full charge is refunded by ${workflowLink(refundWorkflowId(order.orderId, LATE_PAYMENT_REQUEST))}.`;
  }
  if (order.outcome) return `Done: ${statusInWords(order.outcome as OrderStatus)}.`;
  if (order.settled) return nextStepOfSettled(order);
  if (order.settling)
    return 'Closing the order: canceling the payment at Stripe to make sure that it can no longer be paid.';
  if (order.cancelRequest) return 'Cancellation requested.';
  if (!order.facts) return 'Waiting for checkout.';
  return `Waiting for payment until **${atTime(order.facts.expiresAt)}**. Then the payment is canceled and the items return to stock.`;
}

function nextStepOfSettled(order: OrderCase): string {
  const facts = order.facts!;
  const { status } = facts;
  const waiting = order.record?.refunds.filter((refund) => refund.status === 'awaiting_approval') ?? [];
  const approval = waiting
    .map(
      (refund) =>
        `${workflowLink(refundWorkflowId(refund.orderId, refund.requestId), 'A refund')} of ${formatMoney(refund.amountCents, refund.currency)} is waiting for approval by a support lead.`,
    )
    .join(' ');
  const { record } = order;
  const disputes = record?.disputes.filter((dispute) => isOpenDispute(dispute.status)) ?? [];
  const chargebacks = disputes.map((dispute) => chargebackText(dispute, facts, record!.refunds)).join('\n\n');
  const isWithheld = disputes.some((dispute) => withholdsMoney(dispute.status));
  const blocked = record && isOneOf(status, SHIPPABLE) ? shippingBlock(record, isWithheld) : undefined;
  // Until the bank decides the dispute, the withheld money may still come back.
  const isUndecided = status === 'refunded' && isWithheld;
  const next = blocked ? `**Do not ship yet.** ${plain(blocked)}` : isUndecided ? '' : nextByStatus(status, record);
  return [chargebacks, next, approval].filter(Boolean).join('\n\n');
}

function nextByStatus(status: OrderStatus, record: OrderRecord | undefined): string {
  switch (status) {
    case 'under_review':
      return `**Under review**: do not ship until the review ends. Reason: ${plain(record?.reviewReason ?? 'none given')}`;
    case 'delivered':
      return `Delivered. Returns are accepted until ${record?.closesAt ? atTime(record.closesAt) : 'the end of the return period'}.`;
    default:
      return NEXT[status] ?? sentence(statusInWords(status));
  }
}

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;

const SHIPPABLE: readonly OrderStatus[] = ['paid', 'partially_refunded', 'partially_shipped'];
const isOneOf = (status: OrderStatus, statuses: readonly OrderStatus[]) => statuses.includes(status);

function shippingBlock(record: OrderRecord, isWithheld: boolean): string | undefined {
  const { lines, shipped, fulfillment } = record.order;
  const refusal = refusalOfShipping({ lines, shipped, hasShipped: hasShipped(fulfillment) }, record.refunds, false);
  return refusal ?? (isWithheld ? 'The bank has not decided the chargeback yet.' : undefined);
}

/** States the disputed amount, what staff should do, and by when. */
function chargebackText(
  dispute: OrderRecord['disputes'][number],
  order: OrderFacts,
  refunds: OrderRecord['refunds'],
): string {
  const money = formatMoney(dispute.amountCents, order.currency);
  const by = dispute.evidenceDueBy ? ` by **${atTime(dispute.evidenceDueBy)}**` : '';
  const itemsText = itemsAtStake(dispute, order, refunds);
  switch (dispute.status) {
    case 'needs_response':
      return `**Chargeback of ${money}**: respond in the Stripe Dashboard${by}, or the chargeback is lost.${itemsText}`;
    case 'warning_needs_response':
      return `**Bank inquiry about ${money}**: respond in the Stripe Dashboard${by} to keep it from becoming a chargeback. No money has moved.`;
    case 'warning_under_review':
      return `**Bank inquiry about ${money}**: the bank has your response. Wait for its decision. No money has moved.`;
    default:
      return `**Chargeback of ${money}**: the bank has your response. Wait for its decision.${itemsText}`;
  }
}

function itemsAtStake(
  { disputeId }: OrderRecord['disputes'][number],
  { fulfillment, status }: OrderFacts,
  refunds: OrderRecord['refunds'],
): string {
  if (hasShipped(fulfillment)) return ' The items have shipped: a lost chargeback loses both the items and the money.';
  // A chargeback of the whole remaining payment cancels the items unless it is won. After any other chargeback they can ship.
  if (refunds.some((refund) => refund.requestId === disputeId && refund.cancelsUnits))
    return ' The items have not shipped. They ship only if the chargeback is won.';
  const isToShip = status === 'under_review' || isOneOf(status, SHIPPABLE);
  return isToShip ? ' The items have not shipped. They can’t ship until the bank decides.' : '';
}

const ACTION_NAMES: Readonly<Record<OrderAction, string>> = {
  cancel: '`cancel`',
  refund: '`refund`',
  extendReservation: '`extendReservation`',
  correctAddress: '`correctAddress`',
  putUnderReview: '`putUnderReview`',
  endReview: '`endReview`',
  markShipped: '`markShipped`',
  correctTracking: '`correctTracking`',
  markDelivered: '`markDelivered`',
  resendConfirmation: '`resendConfirmation`',
  recheckPayment: '`recheckPayment`',
  changeEmail: '`changeEmail`',
  addNote: '`addNote`',
};

function availableUpdates(order: OrderCase, status: OrderStatus): string {
  if (order.outcome) {
    return isAllowed('refund', status)
      ? 'This workflow has completed. To make a refund, start the workflow `refund` with the order ID.'
      : 'This workflow has completed. No action is needed.';
  }
  const allowed = (Object.keys(ORDER_ACTIONS) as OrderAction[]).filter((action) => isAllowed(action, status));
  return `**What you can do now** (Send an Update): ${allowed.map((action) => ACTION_NAMES[action]).join(', ')}`;
}
