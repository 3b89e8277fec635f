import type { OrderRecord } from '../../activities/orders/case-reader.ts';
import type { OrderHistory } from '../../activities/orders/order-events.ts';
import type { OrderFacts } from '../../activities/orders/order-facts.ts';
import type { Address } from '../../domain/address.ts';
import type { Buyer } from '../../domain/checkout.ts';
import { formatMoney } from '../../domain/money.ts';
import {
  isAllowed,
  ORDER_ACTIONS,
  type OrderAction,
  type OrderStatus,
  statusInWords,
} from '../../domain/order-state.ts';
import { isWaiting, paidAnotherWayCents, refundableCents } from '../../domain/refund.ts';
import { withholdsMoney } from '../../domain/shipping.ts';
import { reservationWorkflowId } from '../reservation/messages.ts';
import { atTime, inColumn, plain, stoppedText, table, who, workflowLink } from '../shared/markdown.ts';
import type { OrderCase } from './case.ts';
import { nextStep, shippingBlock, wasPaidTooLate } from './next-step.ts';
import { chargebackTable, heldByBankCents, refundTable } from './refund-tables.ts';

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
      ...refundedLines(facts, record, money),
      `- Payment: ${paymentText(order)}`,
      `- Reservation: ${workflowLink(reservationWorkflowId(facts.reservationId))}, ${reservationText(order)}`,
    ].join('\n'),
  );
  if (record) parts.push(...describeRecord(record, money));
  else if (order.begun) parts.push(buyerText(order.begun));
  if (order.recent) parts.push(...historyTable(order.recent));
  return parts.join('\n\n');
}

/** What the customer has received back, and what remains: an amount that was paid another way can't be refunded again. */
function refundedLines(
  { capturedCents, refundedCents }: OrderFacts,
  record: OrderRecord | undefined,
  money: (cents: number) => string,
): string[] {
  const heldCents = Math.min(refundedCents, heldByBankCents(record));
  const otherwiseCents = paidAnotherWayCents(record?.refunds ?? []);
  return [
    `- Refunded: ${money(refundedCents)}${heldCents > 0 ? `, of which the bank holds ${money(heldCents)} until it decides` : ''}`,
    ...(otherwiseCents > 0 ? [`- Paid another way: ${money(otherwiseCents)}`] : []),
    `- Remaining: ${money(Math.max(0, capturedCents - refundedCents - otherwiseCents))}`,
  ];
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
  if (status !== 'canceled') return `sold${restockedText(order)}`;
  return order.facts!.capturedCents === 0 || wasPaidTooLate(order) ? 'released' : 'sold, then returned to stock';
}

/** What returned to stock after the sale, through refunds. */
function restockedText({ facts, record }: OrderCase): string {
  const unitsOf = (lines: readonly { quantity: number }[]) => lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const restocked = unitsOf(
    (record?.refunds ?? []).filter((refund) => refund.isRestocked).flatMap(({ lines }) => lines),
  );
  const sold = unitsOf(facts!.lines);
  if (restocked === 0) return '';
  return restocked >= sold ? ', then returned to stock' : `, then ${restocked} of ${sold} items returned to stock`;
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
  parts.push(...refundTable(record.refunds, money), ...chargebackTable(record.disputes, money));
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
  if (action === 'cancel') return isCanceling || (status !== 'pending' && isCancelRefused(order));
  if (action === 'refund') return refundableCents(order.facts!, order.record?.refunds ?? []) === 0;
  if (action === 'extendReservation') return order.facts!.isExtended || order.settling || isCanceling;
  if (action === 'endReview') return isCancellationWaiting(order.record?.refunds ?? []);
  return action === 'markShipped' && shippingBlock(order) !== undefined;
}

const isCancellationWaiting = (refunds: OrderRecord['refunds']): boolean =>
  refunds.some(({ kind, status }) => kind === 'cancellation' && status === 'awaiting_approval');

/** Whether canceling a paid order is refused whoever requests it. */
function isCancelRefused({ facts, record }: OrderCase): boolean {
  const { refunds = [], disputes = [] } = record ?? {};
  // A cancellation replaces the refunds that wait.
  const others = refunds.filter((refund) => !isWaiting(refund));
  return (
    refundableCents(facts!, others) === 0 ||
    disputes.some((dispute) => withholdsMoney(dispute.status)) ||
    isCancellationWaiting(refunds)
  );
}

/** The name of an update, and where to request it if staff can't send it. */
function updateName(order: OrderCase, status: OrderStatus, action: OrderAction): string {
  const isAboveLimit = action === 'cancel' && status !== 'pending' && order.isCancelAboveLimit;
  return isAboveLimit
    ? `${ACTION_NAMES[action]} (above the limit: see “Request above the limit” in the handbook)`
    : ACTION_NAMES[action];
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
  const names = [
    ...(order.stuck.current ? ['`retry`'] : []),
    ...allowed.map((action) => updateName(order, status, action)),
  ];
  return `**What you can do now** (Send an Update): ${names.join(', ')}`;
}
