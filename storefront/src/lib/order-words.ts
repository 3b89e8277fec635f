/** What orders and refunds are called to shoppers: every status has its words. */
import type { CanceledUnits } from './after-purchase.ts';
import type { Order, Refund } from './contracts.ts';

export interface Look {
  label: string;
  tone: '' | 'badge-good' | 'badge-wait' | 'badge-bad';
}

export const ORDER_LOOKS: Readonly<Record<Order['status'], Look>> = {
  pending: { label: 'Waiting for payment', tone: 'badge-wait' },
  paid: { label: 'Paid', tone: 'badge-good' },
  under_review: { label: 'Being checked', tone: 'badge-wait' },
  shipped: { label: 'On its way', tone: 'badge-good' },
  delivered: { label: 'Delivered', tone: 'badge-good' },
  partially_refunded: { label: 'Partly refunded', tone: 'badge-wait' },
  refunded: { label: 'Refunded', tone: '' },
  expired: { label: 'Expired', tone: 'badge-bad' },
  canceled: { label: 'Canceled', tone: '' },
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
    case 'under_review':
      return order.cancellation_waits
        ? {
            title: 'We’re reviewing your cancellation',
            text: 'Nothing ships in the meantime. If we approve it, we refund all that is left of your payment to your card.',
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
    case 'canceled':
      return { title: 'This order was canceled', text: moneyOfEnded(order, refunds) };
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
    text: 'Send the items back with your order number. We refund your card once they have arrived.',
  },
  awaiting_approval: { label: 'In review', tone: 'badge-wait', text: 'We’re reviewing this refund.' },
  pending: { label: 'On its way', tone: 'badge-wait', text: 'Your refund is on its way to your card.' },
  succeeded: {
    label: 'Refunded',
    tone: 'badge-good',
    text: 'We refunded your card. Banks take a few days to show it.',
  },
  failed: {
    label: 'Did not go through',
    tone: 'badge-bad',
    text: 'This refund didn’t go through. Our support team is working on it; you don’t need to do anything.',
  },
  rejected: { label: 'Closed', tone: '', text: 'No refund was made for this request.' },
};

const GIVEN_UP: RefundLook = {
  label: 'Closed',
  tone: '',
  text: 'This refund didn’t go through to your card, and our support team settled it in another way.',
};

const IN_REVIEW = 'We’re reviewing your request; these items won’t ship in the meantime.';

/** Items that are canceled don't ship; a shopper wants to know that as much as where the money is. */
const CANCELED_TEXTS: Partial<Record<Refund['status'], string>> = {
  awaiting_approval: IN_REVIEW,
  pending: 'Your refund is on its way to your card; these items will not ship.',
  succeeded: 'We refunded your card, and these items will not ship. Banks take a few days to show it.',
};

const CANCELLATION_LOOKS: Partial<typeof REFUND_LOOKS> = {
  awaiting_approval: { ...REFUND_LOOKS.awaiting_approval, text: IN_REVIEW },
  rejected: { label: 'Declined', tone: 'badge-bad', text: 'We couldn’t approve this cancellation.' },
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

export function refundLook(refund: Pick<Refund, 'kind' | 'status' | 'cancels_units' | 'given_up'>): RefundLook {
  const { kind, status } = refund;
  if (kind === 'chargeback') return CHARGEBACK_LOOKS[status] ?? REFUND_LOOKS[status];
  if (refund.given_up) return GIVEN_UP;
  if (kind === 'cancellation') return CANCELLATION_LOOKS[status] ?? REFUND_LOOKS[status];
  const canceled = refund.cancels_units ? CANCELED_TEXTS[status] : undefined;
  return { ...REFUND_LOOKS[status], ...(canceled && { text: canceled }) };
}

/** What a refund is, before anything is said of how it goes. */
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
