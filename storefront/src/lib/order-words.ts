/** Labels, headlines, and descriptions of orders and refunds, by status. */
import type { CanceledUnits } from './after-purchase.ts';
import { costOf } from './amounts.ts';
import type { Order, Refund } from './contracts.ts';

export interface Look {
  label: string;
  tone: '' | 'badge-good' | 'badge-wait' | 'badge-bad';
}

export const ORDER_LOOKS: Readonly<Record<Order['status'], Look>> = {
  pending: { label: 'Payment pending', tone: 'badge-wait' },
  paid: { label: 'Paid', tone: 'badge-good' },
  under_review: { label: 'In review', tone: 'badge-wait' },
  partially_shipped: { label: 'Partially shipped', tone: 'badge-good' },
  shipped: { label: 'Shipped', tone: 'badge-good' },
  delivered: { label: 'Delivered', tone: 'badge-good' },
  partially_refunded: { label: 'Partially refunded', tone: 'badge-wait' },
  refunded: { label: 'Refunded', tone: '' },
  expired: { label: 'Expired', tone: 'badge-bad' },
  canceled: { label: 'Canceled', tone: '' },
};

export interface Headline {
  title: string;
  text: string;
}

/** @param fresh whether the shopper has just paid on this page */
export function headlineOf(order: Order, refunds: readonly Refund[], fresh = false): Headline {
  switch (order.status) {
    case 'pending':
      return { title: 'Complete your payment', text: '' };
    case 'paid':
      return {
        title: fresh ? 'Thank you for your order' : 'Your order is confirmed',
        text: 'We’ve received your payment. We’ll email you when your order ships.',
      };
    case 'under_review':
      return order.cancellation_waits
        ? {
            title: 'We’re reviewing your cancellation',
            text: 'Your order won’t ship in the meantime. If we approve it, we’ll refund the remaining balance of your payment to your card.',
          }
        : {
            title: 'We’re reviewing your order',
            text: 'We review some orders before they ship. You don’t need to do anything.',
          };
    case 'partially_shipped':
      return {
        title: 'Part of your order is on its way',
        text: 'You can track your package below. The rest of your order ships separately.',
      };
    case 'shipped':
      return { title: 'Your order is on its way', text: 'Your order has shipped. You can track it below.' };
    case 'delivered':
      return { title: 'Your order was delivered', text: 'We hope you love it.' };
    case 'partially_refunded':
      return {
        title: 'Your order was partially refunded',
        text: `We refunded part of your payment${destinationOf(refunds)}. The rest of your order will ship as planned.`,
      };
    case 'refunded':
      return { title: 'Your order was refunded', text: `We refunded your full payment${destinationOf(refunds)}.` };
    case 'expired':
      return { title: 'Your order has expired', text: paymentOfEndedOrder(order, refunds) };
    case 'canceled':
      return { title: 'Your order was canceled', text: paymentOfEndedOrder(order, refunds) };
  }
}

/** Describes the payment of an order that was canceled or expired. */
function paymentOfEndedOrder(order: Order, refunds: readonly Refund[]): string {
  if (order.captured_amount === 0) return 'Your items are no longer reserved, and you haven’t been charged.';
  const why = order.paid_at === null ? 'Your payment arrived after your order had closed. ' : '';
  if (refunds.some(({ kind, status, given_up }) => kind !== 'chargeback' && status === 'failed' && !given_up))
    return `${why}Part of your refund didn’t go through. Our support team is working on it.`;
  const amounts = [order.refunded_amount, paidAnotherWay(refunds, order.currency)];
  const returned = costOf(
    amounts.map((price) => ({ price, quantity: 1 })),
    order.currency,
  );
  return returned >= order.captured_amount
    ? `${why}We refunded your full payment${destinationOf(refunds)}.`
    : `${why}We’re refunding your full payment to your card.`;
}

/** What support paid another way, such as by bank transfer, because refunds to the card failed. In major units. */
export function paidAnotherWay(refunds: readonly Pick<Refund, 'given_up' | 'amount'>[], currency: string): number {
  const prices = refunds.filter((refund) => refund.given_up).map(({ amount }) => ({ price: amount, quantity: 1 }));
  return costOf(prices, currency);
}

function destinationOf(refunds: readonly Refund[]): string {
  return refunds.some((refund) => refund.given_up) ? '' : ' to your card';
}

export interface RefundLook extends Look {
  text: string;
}

const REFUND_LOOKS: Readonly<Record<Refund['status'], RefundLook>> = {
  awaiting_return: {
    label: 'Return requested',
    tone: 'badge-wait',
    text: 'Send the items back with your order number. We’ll refund your card once we receive them.',
  },
  awaiting_approval: { label: 'In review', tone: 'badge-wait', text: 'We’re reviewing this refund.' },
  pending: { label: 'Processing', tone: 'badge-wait', text: 'Your refund is on its way to your card.' },
  succeeded: {
    label: 'Refunded',
    tone: 'badge-good',
    text: 'We refunded your card. It can take 5–10 business days to appear on your statement.',
  },
  failed: {
    label: 'Failed',
    tone: 'badge-bad',
    text: 'This refund didn’t go through. Our support team is working on it; you don’t need to do anything.',
  },
  rejected: { label: 'Closed', tone: '', text: 'This request was closed without a refund.' },
  withdrawn: { label: 'Withdrawn', tone: '', text: 'This request was withdrawn. Nothing will be refunded.' },
};

const RESOLVED_OTHERWISE: RefundLook = {
  label: 'Closed',
  tone: '',
  text: 'We couldn’t refund your card, so our support team resolved this refund another way.',
};

const IN_REVIEW = 'We’re reviewing your request. These items won’t ship in the meantime.';

/** For canceled items, shoppers also need to know that the items don't ship. */
const CANCELED_TEXTS: Partial<Record<Refund['status'], string>> = {
  awaiting_approval: IN_REVIEW,
  pending: 'Your refund is on its way to your card. These items won’t ship.',
  succeeded:
    'We refunded your card, and these items won’t ship. It can take 5–10 business days to appear on your statement.',
};

const CANCELLATION_LOOKS: Partial<typeof REFUND_LOOKS> = {
  awaiting_approval: { ...REFUND_LOOKS.awaiting_approval, text: IN_REVIEW },
  rejected: { label: 'Declined', tone: 'badge-bad', text: 'We couldn’t approve this cancellation.' },
  withdrawn: {
    label: 'Withdrawn',
    tone: '',
    text: 'This request was withdrawn. Your order will be processed as planned.',
  },
};

/** Banks decide disputes, so these never wait for the shop. */
const CHARGEBACK_LOOKS: Partial<typeof REFUND_LOOKS> = {
  pending: {
    label: 'With your bank',
    tone: 'badge-wait',
    text: 'Your bank reversed this payment and is reviewing your dispute.',
  },
  succeeded: { label: 'Refunded', tone: 'badge-good', text: 'Your bank refunded this payment to you.' },
  failed: { label: 'Closed', tone: '', text: 'Your bank closed the dispute, and the payment stands.' },
};

export function refundLook(refund: Pick<Refund, 'kind' | 'status' | 'cancels_units' | 'given_up'>): RefundLook {
  const { kind, status } = refund;
  if (kind === 'chargeback') return CHARGEBACK_LOOKS[status] ?? REFUND_LOOKS[status];
  if (refund.given_up) return RESOLVED_OTHERWISE;
  if (kind === 'cancellation') return CANCELLATION_LOOKS[status] ?? REFUND_LOOKS[status];
  const canceled = refund.cancels_units ? CANCELED_TEXTS[status] : undefined;
  return { ...REFUND_LOOKS[status], ...(canceled && { text: canceled }) };
}

/** What withdrawing a request means, which the shopper confirms. */
export function withdrawText(refund: Pick<Refund, 'kind' | 'status'>): string {
  if (refund.kind === 'cancellation') return 'Your order will be processed as planned, and nothing will be refunded.';
  return refund.status === 'awaiting_return'
    ? 'You keep the items, and nothing will be refunded.'
    : 'These items will ship with your order, and nothing will be refunded for them.';
}

/** Names the kind of a refund. */
export function refundTitle({
  kind,
  status,
  cancels_units,
}: Pick<Refund, 'kind' | 'status' | 'cancels_units'>): string {
  switch (kind) {
    case 'cancellation':
      return 'Cancellation';
    case 'chargeback':
      return 'Disputed payment';
    case 'refund':
      if (status === 'awaiting_return') return 'Return';
      return cancels_units ? 'Canceled items' : 'Refund';
  }
}

/** "1 of 2 canceled · 1 being canceled". @param bought units of the item, at least those canceled and pending */
export function canceledText(bought: number, { canceled, pending }: CanceledUnits): string {
  const parts: string[] = [];
  if (canceled > 0) parts.push(canceled === bought ? 'Canceled' : `${canceled} of ${bought} canceled`);
  if (pending > 0) parts.push(pending === bought ? 'Being canceled' : `${pending} being canceled`);
  return parts.join(' · ');
}

/** "1 × Lantern, 2 × Mug": the contents of a parcel, if the order ships in several. */
export function parcelContents(order: Order, { items }: Order['shipments'][number]): string | undefined {
  if (order.shipments.length === 1 && order.status !== 'partially_shipped') return undefined;
  const nameOf = (productId: string) => order.items.find((item) => item.product_id === productId)?.name ?? productId;
  return items.map(({ product_id, quantity }) => `${quantity} × ${nameOf(product_id)}`).join(', ');
}
