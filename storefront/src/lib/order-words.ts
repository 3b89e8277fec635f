/** What orders and refunds are called to shoppers: every status has its words. */
import type { Order, Refund } from './contracts.ts';

export interface Look {
  label: string;
  tone: '' | 'badge-good' | 'badge-wait' | 'badge-bad';
}

export const ORDER_LOOKS: Readonly<Record<Order['status'], Look>> = {
  pending: { label: 'Waiting for payment', tone: 'badge-wait' },
  paid: { label: 'Paid', tone: 'badge-good' },
  on_hold: { label: 'Being checked', tone: 'badge-wait' },
  shipped: { label: 'On its way', tone: 'badge-good' },
  delivered: { label: 'Delivered', tone: 'badge-good' },
  partially_refunded: { label: 'Partly refunded', tone: 'badge-wait' },
  refunded: { label: 'Refunded', tone: '' },
  expired: { label: 'Expired', tone: 'badge-bad' },
  cancelled: { label: 'Cancelled', tone: '' },
};

export interface Headline {
  title: string;
  text: string;
}

/** @param fresh whether it turned paid in front of the shopper */
export function headlineOf(order: Order, refunds: readonly Refund[], fresh = false): Headline {
  switch (order.status) {
    case 'pending':
      return { title: 'Pay for your order', text: '' };
    case 'paid':
      return {
        title: fresh ? 'Thank you: it is yours' : 'Paid, and yours',
        text: 'Your payment has arrived. The next news is that your parcel has left.',
      };
    case 'on_hold':
      return order.cancellation_waits
        ? {
            title: 'Your cancellation is being looked at',
            text: 'Nothing is sent meanwhile. Once we have agreed, all of your payment goes back to your card.',
          }
        : {
            title: 'We are checking this order',
            text: 'Somebody looks at it before it leaves. There is nothing for you to do.',
          };
    case 'shipped':
      return { title: 'On its way to you', text: 'Your parcel has left. Below is how to follow it.' };
    case 'delivered':
      return { title: 'Your parcel has arrived', text: 'We hope that everything is as you wished.' };
    case 'partially_refunded':
      return {
        title: 'Partly refunded',
        text: 'Part of the payment went back to your card. The rest of your order goes on as planned.',
      };
    case 'refunded':
      return { title: 'Refunded', text: 'The whole payment went back to your card.' };
    case 'expired':
      return { title: 'This order has expired', text: moneyOfEnded(order, refunds) };
    case 'cancelled':
      return { title: 'This order was cancelled', text: moneyOfEnded(order, refunds) };
  }
}

/** Where the payment of an order that came to nothing is. */
function moneyOfEnded(order: Order, refunds: readonly Refund[]): string {
  if (order.captured_amount === 0) return 'The items are back on the shelf. Nothing was charged.';
  const [why, money] =
    order.paid_at === null ? ['The payment came too late. ', 'All of it'] : ['', 'All of your payment'];
  if (refunds.some((refund) => refund.status === 'failed'))
    return `${why}Not all of the money could go back to your card yet: our support looks after it.`;
  return order.refunded_amount >= order.captured_amount
    ? `${why}${money} went back to your card.`
    : `${why}${money} is going back to your card.`;
}

export interface RefundLook extends Look {
  text: string;
}

const REFUND_LOOKS: Readonly<Record<Refund['status'], RefundLook>> = {
  awaiting_return: {
    label: 'Waiting for the items',
    tone: 'badge-wait',
    text: 'Send the items back with the number of this order. The money follows when they have arrived.',
  },
  awaiting_approval: {
    label: 'Being looked at',
    tone: 'badge-wait',
    text: 'Our support decides about it, and you will find the answer here.',
  },
  pending: { label: 'On its way', tone: 'badge-wait', text: 'The money is going back to your card.' },
  succeeded: {
    label: 'Refunded',
    tone: 'badge-good',
    text: 'The money was sent to your card. Banks take some days to show it.',
  },
  failed: {
    label: 'Did not go through',
    tone: 'badge-bad',
    text: 'Your bank did not take the money. Our support looks after it; there is nothing for you to do.',
  },
  rejected: { label: 'Not granted', tone: 'badge-bad', text: 'Our support did not agree to it.' },
};

/** What a bank takes back is decided there, and never waits for us. */
const CHARGEBACK_LOOKS: Partial<typeof REFUND_LOOKS> = {
  pending: {
    label: 'With your bank',
    tone: 'badge-wait',
    text: 'Your bank has taken the money back and looks into it.',
  },
  succeeded: { label: 'Given back', tone: 'badge-good', text: 'Your bank has given the money back to you.' },
  failed: { label: 'Closed', tone: '', text: 'Your bank has decided that the payment stands.' },
};

export function refundLook({ kind, status }: Pick<Refund, 'kind' | 'status'>): RefundLook {
  return (kind === 'chargeback' ? CHARGEBACK_LOOKS[status] : undefined) ?? REFUND_LOOKS[status];
}

/** What a refund is, before anything is said of how it goes. */
export function refundTitle({ kind, status }: Pick<Refund, 'kind' | 'status'>): string {
  switch (kind) {
    case 'cancellation':
      return 'Cancellation';
    case 'chargeback':
      return 'Disputed payment';
    case 'refund':
      return status === 'awaiting_return' ? 'Return' : 'Refund';
  }
}
