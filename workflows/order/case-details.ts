import type { OrderRecord } from '../../activities/orders/case-reader.ts';
import type { OrderHistory } from '../../activities/orders/order-events.ts';
import type { OrderFacts } from '../../activities/orders/order-facts.ts';
import type { Address } from '../../domain/address.ts';
import type { Buyer } from '../../domain/checkout.ts';
import { STRIPE } from '../../domain/identity.ts';
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
import { atTime, inColumn, plain, stoppedText, table, who, workflowLink } from '../shared/markdown.ts';
import type { OrderCase } from './case.ts';
import { nextStep, shippingBlock, wasPaidTooLate } from './next-step.ts';

/** Renders the case in Markdown for support staff: the next step, the available updates, items, money, and the order's history. */
export function describeOrder(order: OrderCase): string {
  const { facts, record } = order;
  const parts = [
    `### Order ${facts?.number ?? order.orderId}`,
    ...stoppedText(
      order.stuck.current,
      'It is retried automatically. Once the cause is fixed, send the update `retry` to retry now.',
    ),
    nextStep(order),
  ];
  if (!facts) return parts.join('\n\n');
  parts.push(availableUpdates(order, facts.status));
  const money = (cents: number) => formatMoney(cents, facts.currency);
  parts.push(
    itemTable(facts.lines, record?.packing, money),
    [
      `- Order ID: \`${facts.orderId}\``,
      `- Status: **${statusInWords(facts.status)}**`,
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
  if (order.recent) parts.push(...historyTable(order.recent));
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
      { max: lines.length },
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
    { max: lines.length },
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
  return parts;
}

function historyTable({ history, earlierEvents }: OrderHistory): string[] {
  const rows = history.map((event) => [
    inColumn(event.at),
    plain(event.message),
    who(event.actor),
    event.reason ? plain(event.reason) : '',
  ]);
  return [
    '**Order history**',
    table(['UTC', 'What', 'Who', 'Why'], rows, { earlier: earlierEvents, max: rows.length }),
  ];
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

/** Whether an action that the order's status allows would be refused, or has no effect, because of its records or progress. */
function isRefusedByFacts(order: OrderCase, status: OrderStatus, action: OrderAction): boolean {
  const isCanceling = order.cancelRequest !== undefined && status === 'pending';
  if (action === 'cancel') return isCanceling;
  if (action === 'extendReservation') return order.facts!.isExtended || order.settling || isCanceling;
  return action === 'markShipped' && shippingBlock(order) !== undefined;
}

function availableUpdates(order: OrderCase, status: OrderStatus): string {
  if (order.outcome) {
    return isAllowed('refund', status)
      ? 'This workflow has completed. To make a refund, start the workflow `refund` with the order ID.'
      : 'This workflow has completed. No action is needed.';
  }
  const allowed = (Object.keys(ORDER_ACTIONS) as OrderAction[]).filter(
    (action) => isAllowed(action, status) && !isRefusedByFacts(order, status, action),
  );
  const names = [...(order.stuck.current ? ['`retry`'] : []), ...allowed.map((action) => ACTION_NAMES[action])];
  return `**What you can do now** (Send an Update): ${names.join(', ')}`;
}
