/** The first sentences of an order's page: what is at stake, and what staff should do next. */
import type { OrderRecord } from '../../activities/orders/case-reader.ts';
import type { OrderFacts } from '../../activities/orders/order-facts.ts';
import { STRIPE, SYSTEM } from '../../domain/identity.ts';
import { formatMoney } from '../../domain/money.ts';
import { hasShipped, type OrderStatus, statusInWords } from '../../domain/order-state.ts';
import { LATE_PAYMENT_REQUEST } from '../../domain/payment.ts';
import { paidAnotherWayCents } from '../../domain/refund.ts';
import { isOpenDispute, refusalOfShipping, withholdsMoney } from '../../domain/shipping.ts';
import { capitalized } from '../../domain/text.ts';
import { refundWorkflowId } from '../refund/messages.ts';
import { atTime, plain, workflowLink } from '../shared/markdown.ts';
import { isMoneyOwed } from '../shared/refund-words.ts';
import type { OrderCase } from './case.ts';
import { chargebackText, decidedText } from './chargeback-text.ts';

type Refund = OrderRecord['refunds'][number];

export function nextStep(order: OrderCase): string {
  if (order.outcome === 'not_begun') return 'No order was placed.';
  if (!order.facts) return 'Waiting for checkout.';
  return order.settled || order.refundId ? nextStepOfSettled(order) : nextStepOfUnpaid(order, order.facts);
}

function nextStepOfUnpaid(order: OrderCase, { expiresAt }: OrderFacts): string {
  if (order.inFlightChecks > 0)
    return '**A payment is in progress** at the bank. The items stay reserved until it succeeds or fails. Do not ask the customer to pay again or to place a new order.';
  if (order.settling)
    return 'Closing the order: canceling the payment at Stripe to make sure that it can no longer be paid.';
  if (order.cancelRequest) return 'Cancellation requested. The order is being closed.';
  if (order.unpayableSince)
    return `**The customer can’t pay yet**: Stripe can’t be reached since ${atTime(order.unpayableSince)}. Ask the customer to try again until **${atTime(expiresAt)}**. Then the items return to stock.`;
  return `Waiting for payment until **${atTime(expiresAt)}**. Then the payment is canceled and the items return to stock.`;
}

function nextStepOfSettled(order: OrderCase): string {
  const facts = order.facts!;
  const { record } = order;
  const refunds = record?.refunds ?? [];
  const disputes = record?.disputes ?? [];
  const isWithheld = disputes.some((dispute) => withholdsMoney(dispute.status));
  // Until the bank decides the dispute, the withheld money may still come back.
  const isUndecided = facts.status === 'refunded' && isWithheld;
  return [
    ...disputes.filter(({ status }) => isOpenDispute(status)).map((each) => chargebackText(each, facts, refunds)),
    ...disputes.filter(({ status }) => !isOpenDispute(status)).map((each) => decidedText(each, facts, refunds)),
    ...refunds.filter((refund) => isUnresolved(refund, refunds)).map(failedText),
    isUndecided ? '' : stateText(order, facts),
    ...refunds.map(waitingText),
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** Whether a failed refund still needs a person. One from the Stripe Dashboard can't be retried, so a later refund resolves it. */
function isUnresolved(refund: Refund, all: readonly Refund[]): boolean {
  if (refund.status !== 'failed' || refund.isGivenUp || refund.kind === 'chargeback') return false;
  if (refund.requestedBy !== STRIPE) return true;
  return !all.some(({ createdAt, status }) => createdAt > refund.createdAt && status !== 'failed');
}

const moneyOf = ({ amountCents, currency }: Refund): string => formatMoney(amountCents, currency);
const linkTo = ({ orderId, requestId }: Refund, text: string): string =>
  workflowLink(refundWorkflowId(orderId, requestId), text);

function failedText(refund: Refund): string {
  const why = refund.failureReason ? ` (${plain(refund.failureReason.replaceAll('_', ' '))})` : '';
  return refund.requestedBy === STRIPE
    ? `**A refund of ${moneyOf(refund)} from the Stripe Dashboard failed**${why}: the customer has not received the money. Refund it again.`
    : `**A refund of ${moneyOf(refund)} failed**${why}: the customer has not received the money. Open ${linkTo(refund, 'the refund')} and send ${isMoneyOwed(refund) ? '`retry` or `giveUp`' : '`retry`, `giveUp`, or `withdraw`'}.`;
}

/** What an unfinished refund waits for; empty for one that is finished, and for chargebacks, which have a sentence of their own. */
function waitingText(refund: Refund): string {
  if (refund.kind === 'chargeback') return '';
  const money = moneyOf(refund);
  switch (refund.status) {
    case 'awaiting_approval':
      return `${linkTo(refund, 'A refund')} of ${money} is waiting for approval by a support lead.`;
    case 'awaiting_return':
      return `${linkTo(refund, 'A refund')} of ${money} is waiting for the items. When they arrive, open it and send \`returnReceived\`.`;
    case 'pending':
      return refund.requestedBy === STRIPE
        ? `A refund of ${money} from the Stripe Dashboard is in progress. No action is needed.`
        : refund.stripeRefundId === null
          ? `${linkTo(refund, 'A refund')} of ${money} is being sent to Stripe. If this lasts longer than a minute, open it.`
          : `${linkTo(refund, 'A refund')} of ${money} is in progress at Stripe or the bank. No action is needed.`;
    default:
      return '';
  }
}

function stateText(order: OrderCase, facts: OrderFacts): string {
  const blocked = shippingBlock(order);
  if (blocked) return `**Do not ship yet.** ${plain(blocked)}`;
  const { record } = order;
  switch (facts.status) {
    case 'paid':
      return 'Paid. Ready to ship.';
    case 'partially_refunded':
      return 'Paid and partially refunded. Ready to ship.';
    case 'partially_shipped':
      return 'Partially shipped. Ship the items under “To ship”.';
    case 'shipped':
      return 'Shipped. Waiting for delivery.';
    case 'under_review':
      return reviewText(record);
    case 'delivered':
      return deliveredText(order);
    case 'refunded':
      return refundedText(facts, record?.refunds ?? []);
    case 'canceled':
    case 'expired':
      return endedText(order, facts);
    default:
      return `${capitalized(statusInWords(facts.status))}.`;
  }
}

function reviewText(record: OrderRecord | undefined): string {
  const isCancellation = record?.refunds.some(
    ({ kind, status }) => kind === 'cancellation' && status === 'awaiting_approval',
  );
  const what = isCancellation
    ? 'do not ship until a support lead has decided on the cancellation.'
    : 'do not ship until the review ends. Send `endReview`, `refund`, or `cancel`.';
  return `**Under review**: ${what} Reason: ${plain(record?.reviewReason ?? 'none given')}`;
}

function deliveredText({ record, outcome }: OrderCase): string {
  const until = record?.closesAt ? atTime(record.closesAt) : 'the end of the return period';
  return `Delivered. Returns ${outcome ? 'were' : 'are'} accepted until ${until}.`;
}

function refundedText({ capturedCents, currency }: OrderFacts, refunds: readonly Refund[]): string {
  const isChargedBack = refunds.some(({ kind, status }) => kind === 'chargeback' && status === 'succeeded');
  const isPaidOtherwise = refunds.some(({ isGivenUp }) => isGivenUp);
  const how = [
    'refunded',
    ...(isChargedBack ? ['charged back'] : []),
    ...(isPaidOtherwise ? ['paid another way'] : []),
  ];
  return `The full amount of ${formatMoney(capturedCents, currency)} was ${how.join(' or ')}.`;
}

/** Describes an order that was canceled or expired: what the customer paid, and what became of it. */
function endedText(order: OrderCase, facts: OrderFacts): string {
  const { status, capturedCents, refundedCents, currency } = facts;
  if (capturedCents === 0) {
    return status === 'expired'
      ? 'Not paid in time. Nothing was charged, and the items returned to stock. Ask the customer to place a new order.'
      : 'Canceled before it was paid. Nothing was charged, and the items returned to stock. The customer can place a new order.';
  }
  if (wasPaidTooLate(order)) return lateText(order);
  const refunds = order.record?.refunds ?? [];
  const otherwiseCents = paidAnotherWayCents(refunds);
  const owedCents = capturedCents - refundedCents - otherwiseCents;
  const ended = 'Canceled after it was paid, and the items returned to stock.';
  if (owedCents <= 0)
    return `${ended} The full charge of ${formatMoney(capturedCents, currency)} ${otherwiseCents > 0 ? 'was refunded or paid another way' : 'is refunded'}.`;
  const isInProgress = refunds.length === 0 || refunds.some((refund) => waitingText(refund) !== '');
  return isInProgress
    ? `${ended} The charge is being refunded.`
    : `${ended} **${formatMoney(owedCents, currency)} of the charge is not refunded.**`;
}

function lateText({ orderId, record }: OrderCase): string {
  const late = record?.refunds.find(isLateRefund);
  const is = late?.status === 'succeeded' ? 'was' : late?.status === 'failed' ? 'must be' : 'is being';
  return `The payment arrived after the reservation ended. Ask the customer to place a new order. The full charge ${is} refunded by ${workflowLink(refundWorkflowId(orderId, LATE_PAYMENT_REQUEST))}.`;
}

const isLateRefund = (refund: Refund): boolean =>
  refund.requestId === LATE_PAYMENT_REQUEST && refund.requestedBy === SYSTEM;

/** Whether the payment arrived after the items were gone, so that nothing was sold. A resumed run finds this in the order's records. */
export function wasPaidTooLate({ refundId, record }: OrderCase): boolean {
  return refundId !== undefined || (record?.refunds.some(isLateRefund) ?? false);
}

const SHIPPABLE: readonly OrderStatus[] = ['paid', 'partially_refunded', 'partially_shipped'];

/** Why a paid order can't ship now; undefined when it can, or when its status says it already. */
export function shippingBlock({ facts, record }: OrderCase): string | undefined {
  if (!record || !facts || !SHIPPABLE.includes(facts.status)) return undefined;
  const { lines, shipped, fulfillment } = record.order;
  const refusal = refusalOfShipping({ lines, shipped, hasShipped: hasShipped(fulfillment) }, record.refunds, false);
  const isWithheld = record.disputes.some(({ status }) => withholdsMoney(status));
  return refusal ?? (isWithheld ? 'The bank has not decided the chargeback yet.' : undefined);
}
