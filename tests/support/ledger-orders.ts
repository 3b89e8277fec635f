/** Orders created by activities, without workflows, the API, or webhooks, for tests of single steps. */
import { randomUUID } from 'node:crypto';
import type { Activities } from '../../activities/index.ts';
import type { OrderFacts } from '../../activities/orders/order-facts.ts';
import type { UnmatchedPayment } from '../../activities/payments/unmatched-payments.ts';
import type { RefundFacts } from '../../activities/refunds/refund-facts.ts';
import { proveActor, refundIdOf, refundSubject } from '../../infra/actor-proof.ts';
import { recordPayment } from '../../infra/postgres/payments.ts';
import type { Services } from '../../infra/services.ts';
import { paymentFactsOf } from '../../infra/stripe/payment-facts.ts';
import type { StockRequest } from '../../workflows/reservation/messages.ts';
import { reservationInput } from './reservations.ts';
import { ADDRESS, createProduct, type TestProduct } from './shop.ts';

export interface LedgerOrderOptions {
  quantity?: number;
  price?: string;
  stock?: number;
  /** The product to reserve; default: a new one. */
  product?: TestProduct;
}

export interface OpenedOrder {
  product: TestProduct;
  reservation: StockRequest;
  begin: Parameters<Activities['openOrder']>[0];
  order: OrderFacts;
}
export type PaidOrder = OpenedOrder & { paymentIntentId: string };

/** A support agent, as records name them. */
export const SUPPORT_AGENT = 'support:0c9bd5ce-6f3b-4d1c-9b46-0f6f2b6a7d11';

/** That agent as the sender of a refund or cancellation request, signed in to the shop. */
export function bySupport(
  { JWT_SECRET }: Pick<Services['settings'], 'JWT_SECRET'>,
  orderId: string,
  requestId: string,
) {
  return proveActor(JWT_SECRET, SUPPORT_AGENT, refundSubject(refundIdOf(orderId, requestId)));
}

const BY_CARD = { payment_method: 'pm_card_visa', return_url: 'http://127.0.0.1/return' };

/** @param shop returns the shop, which exists once the tests run */
export function ledgerOrders(shop: () => { services: Services; activities: Activities }) {
  const made: string[] = [];
  const unmatchedPayments: string[] = [];

  /** A guest's reservation of one product. */
  async function reserved(
    options: LedgerOrderOptions = {},
  ): Promise<{ product: TestProduct; reservation: StockRequest }> {
    const { quantity = 2, price, stock } = options;
    const product = options.product ?? (await createProduct(shop().services, { price, stock }));
    const reservation = reservationInput([{ productId: product.id, quantity }]);
    const { outcome } = await shop().activities.reserveStock(reservation);
    if (outcome !== 'reserved') throw new Error(outcome);
    return { product, reservation };
  }

  /** An order that awaits payment, without a PaymentIntent yet. */
  async function opened(options: LedgerOrderOptions = {}): Promise<OpenedOrder> {
    const { product, reservation } = await reserved(options);
    const begin = {
      orderId: randomUUID(),
      reservationId: reservation.reservationId,
      owners: reservation.owners,
      userId: null,
      email: 'guest@example.test',
      shipping_address: ADDRESS,
    };
    const answer = await shop().activities.openOrder(begin);
    if (answer.outcome !== 'opened') throw new Error(answer.outcome);
    made.push(begin.orderId);
    return { product, reservation, begin, order: answer.order };
  }

  /** Pays at Stripe, which is not recorded yet. @returns the PaymentIntent's ID */
  async function charge({ orderId, totalCents }: OrderFacts): Promise<string> {
    const { activities, services } = shop();
    const { paymentIntentId } = await activities.createPayment({ orderId, amountCents: totalCents, currency: 'usd' });
    await services.stripe.paymentIntents.confirm(paymentIntentId, BY_CARD);
    return paymentIntentId;
  }

  async function paid(options: LedgerOrderOptions = {}): Promise<PaidOrder> {
    const order = await opened(options);
    const { orderId } = order.order;
    const paymentIntentId = await charge(order.order);
    await shop().activities.checkPayment({ orderId });
    await shop().activities.applyPayments({ orderId });
    return { ...order, paymentIntentId };
  }

  /** Makes another payment whose metadata names the order. @returns the PaymentIntent's ID */
  async function paidBeside(orderId: string, amountCents: number): Promise<string> {
    const { activities, services } = shop();
    const intent = await services.stripe.paymentIntents.create({
      amount: amountCents,
      currency: 'usd',
      metadata: { order_id: orderId },
    });
    const confirmed = await services.stripe.paymentIntents.confirm(intent.id, BY_CARD);
    await recordPayment(services.db, orderId, paymentFactsOf(confirmed));
    const { unmatched } = await activities.applyPayments({ orderId });
    if (!unmatched.includes(intent.id)) throw new Error(`${intent.id} is not unmatched`);
    unmatchedPayments.push(intent.id);
    return intent.id;
  }

  /** Refunds an unmatched payment, as its workflow does. */
  async function sentBack(paymentIntentId: string): Promise<UnmatchedPayment> {
    const { activities } = shop();
    const { attempt } = (await activities.loadUnmatchedPayment({ paymentIntentId }))!;
    const atStripe = await activities.refundUnmatchedPayment({ paymentIntentId, attempt });
    return activities.recordUnmatchedRefund({ paymentIntentId, attempt, ...atStripe });
  }

  async function shipped(options: LedgerOrderOptions = {}): Promise<PaidOrder> {
    const order = await paid(options);
    const step = { action: 'markShipped', carrier: 'UPS', trackingNumber: '1Z' } as const;
    const { orderId } = order.order;
    const done = await shop().activities.stepOrder({ orderId, requestId: 'parcel', actor: 'ui:Anna', step });
    if (done.outcome !== 'done') throw new Error(done.message);
    return order;
  }

  /** Requests a refund as a signed-in support agent, or unverified if `of` names the requester. */
  async function refunded(
    orderId: string,
    of: Partial<Parameters<Activities['requestRefund']>[0]> = {},
  ): Promise<RefundFacts> {
    const requestId = of.requestId ?? randomUUID();
    const sender = bySupport(shop().services.settings, orderId, requestId);
    const request = { orderId, requestId, reason: 'scratched', restock: false, ...sender, ...of };
    const requested = await shop().activities.requestRefund(request);
    if (requested.outcome !== 'accepted') throw new Error(JSON.stringify(requested));
    return requested.refund;
  }

  /** Makes a refund, as its workflow does, and records Stripe's response. */
  async function sent(refundId: string): Promise<RefundFacts> {
    const { activities } = shop();
    const refund = (await activities.loadRefund({ refundId }))!;
    const atStripe = await activities.refundPayment(refund);
    return activities.recordRefund({ refundId, attempt: refund.attempt, ...atStripe });
  }

  /** Records and makes outstanding payments and refunds, and ends unpaid orders, as workflows would, for the audit after the tests. */
  async function settleAll(): Promise<void> {
    const charged = await shop().services.db.rows<{ id: string }>(
      `select o.id from orders o join payments p on p.id = o.payment_intent_id
       where o.id = any($1::uuid[]) and p.status = 'succeeded' and o.captured_amount = 0`,
      [made],
    );
    for (const { id } of charged) await shop().activities.applyPayments({ orderId: id });
    const due = await shop().services.db.rows<{ id: string }>(
      `select id from refunds where order_id = any($1::uuid[]) and status = 'pending' and stripe_refund_id is null`,
      [made],
    );
    for (const { id } of due) await sent(id);
    const unpaid = await shop().services.db.rows<{ id: string; is_at_stripe: boolean }>(
      `select id, payment_intent_id is not null as is_at_stripe from orders where id = any($1::uuid[]) and status = 'pending'`,
      [made],
    );
    for (const { id: orderId, is_at_stripe } of unpaid) {
      const isPaid = is_at_stripe && (await shop().activities.cancelPayment({ orderId })) === 'succeeded';
      if (isPaid) await shop().activities.applyPayments({ orderId });
      else await shop().activities.closeOrder({ orderId, to: 'expired' });
    }
    for (const id of unmatchedPayments) await sentBack(id);
  }

  return { reserved, opened, charge, paid, paidBeside, shipped, refunded, sent, sentBack, settleAll };
}
