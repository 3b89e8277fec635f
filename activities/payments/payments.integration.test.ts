/** What is asked of Stripe, and what its answers count as: an answer that did not come is no answer. */
import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { activityShop } from '../../tests/support/activity-shop.ts';
import { refundedAtStripe } from '../../tests/support/sales.ts';
import { createPaymentActivities } from './activities.ts';

const shop = activityShop();
const { orders } = shop;

const refundInDashboard = (paymentIntentId: string, amount: number) =>
  shop.services.stripe.refunds.create({ payment_intent: paymentIntentId, amount });

describe('a PaymentIntent', () => {
  it('is of the order’s amount, and names the order', async () => {
    const { orderId } = (await orders.opened()).order;
    const { paymentIntentId } = await shop.activities.createPayment({ orderId, amountCents: 2500, currency: 'usd' });
    const intent = await shop.services.stripe.paymentIntents.retrieve(paymentIntentId);
    expect(intent).toMatchObject({ amount: 2500, currency: 'usd', metadata: { order_id: orderId } });
  });

  it('takes only the methods of the shop, and is made once however often it is asked for', async () => {
    const { orderId } = (await orders.opened()).order;
    const asked: unknown[] = [];
    const { paymentIntents } = shop.services.stripe;
    // The stand-in takes cards alone.
    const create = (params: Stripe.PaymentIntentCreateParams, options: Stripe.RequestOptions) => {
      asked.push([params, options]);
      return paymentIntents.create({ ...params, allowed_payment_method_types: ['card'] } as never, options);
    };
    const settings = { ...shop.services.settings, PAYMENT_METHOD_TYPES: ['card', 'ideal'] } as never;
    const stripe = { paymentIntents: { create } } as unknown as Stripe;
    await createPaymentActivities({ ...shop.services, settings, stripe }).createPayment({
      orderId,
      amountCents: 2500,
      currency: 'usd',
    });
    expect(asked).toMatchObject([
      [{ allowed_payment_method_types: ['card', 'ideal'] }, { idempotencyKey: `order-${orderId}-intent` }],
    ]);
  });
});

const { StripeAPIError, StripeAuthenticationError, StripeConnectionError, StripeInvalidRequestError } = Stripe.errors;
/** None of these says that the money stays. */
const NO_ANSWERS: readonly [string, Stripe.errors.StripeError][] = [
  ['it can’t be reached', new StripeConnectionError({ type: 'api_error', message: 'ECONNRESET' })],
  ['it has a fault', new StripeAPIError({ type: 'api_error', message: 'Oops', statusCode: 500 })],
  [
    'it does not know the key',
    new StripeAuthenticationError({ type: 'authentication_error', statusCode: 401 } as never),
  ],
  [
    'it does not know the payment, as another account does not',
    new StripeInvalidRequestError({ type: 'invalid_request_error', code: 'resource_missing', statusCode: 404 }),
  ],
];

describe.each(NO_ANSWERS)('when %s', (_, error) => {
  const activities = () => {
    const refunds = { create: () => Promise.reject(error), list: () => Promise.resolve({ data: [] }) };
    const disputes = { list: () => Promise.resolve({ data: [] }) };
    return createPaymentActivities({ ...shop.services, stripe: { refunds, disputes } as unknown as Stripe });
  };

  it('a refund has not failed: it is sent again under the same key', async () => {
    const request = { refundId: 'r1', orderId: 'o1', paymentIntentId: 'pi_1', amountCents: 500, currency: 'usd' };
    await expect(activities().refundPayment({ ...request, attempt: 1 })).rejects.toBe(error);
  });

  it('nor has the refund of an unmatched payment', async () => {
    const { order } = await orders.paid();
    const paymentIntentId = await orders.paidBeside(order.orderId, 700);
    await expect(activities().refundUnmatchedPayment({ paymentIntentId, attempt: 1 })).rejects.toBe(error);
  });
});

describe('a refund that Stripe refuses for good', () => {
  it('has failed with Stripe’s reason', async () => {
    const { order, paymentIntentId } = await orders.paid();
    await refundInDashboard(paymentIntentId, 2500);
    const { orderId } = order;
    const request = { refundId: orderId, orderId, paymentIntentId, amountCents: 500, currency: 'usd', attempt: 1 };
    expect(await shop.activities.refundPayment(request)).toEqual({
      stripeRefundId: null,
      status: 'failed',
      failureReason: 'charge_already_refunded',
    });
    await shop.activities.reconcilePayment({ orderId });
  });
});

describe('more refunds than Stripe lists unasked', () => {
  it('are all found when the books are read', async () => {
    const { order, paymentIntentId } = await orders.paid();
    const { orderId } = order;
    for (let number = 0; number < 12; number += 1) await refundInDashboard(paymentIntentId, 100);
    expect(await shop.activities.reconcilePayment({ orderId })).toBe('succeeded');
    expect(await shop.activities.loadOrder({ orderId })).toMatchObject({ refundedCents: 1200 });
  });

  it('send an unmatched payment back with the last of them', async () => {
    const { order } = await orders.paid();
    const paymentIntentId = await orders.paidBeside(order.orderId, 1200);
    for (let number = 0; number < 12; number += 1) await refundInDashboard(paymentIntentId, 100);
    expect(await shop.activities.findUnmatchedRefund({ paymentIntentId })).toMatchObject({ status: 'succeeded' });
    expect(await orders.sentBack(paymentIntentId)).toMatchObject({ refundStatus: 'succeeded' });
  });

  it('do not hide the shop’s own, which is found again when its key is forgotten', async () => {
    const { order, paymentIntentId } = await orders.paid();
    const { orderId } = order;
    const refund = await orders.refunded(orderId, { amountCents: 1300 });
    const own = await shop.activities.refundPayment(refund);
    for (let number = 0; number < 12; number += 1) await refundInDashboard(paymentIntentId, 100);
    const refusal = new StripeInvalidRequestError({
      type: 'invalid_request_error',
      code: 'charge_already_refunded',
      statusCode: 400,
    });
    const { stripe } = shop.services;
    const refunds = {
      create: () => Promise.reject(refusal),
      list: (params: Stripe.RefundListParams) => stripe.refunds.list(params),
    };
    const forgetful = createPaymentActivities({ ...shop.services, stripe: { refunds } as unknown as Stripe });
    expect(await forgetful.refundPayment(refund)).toEqual(own);
    await shop.activities.recordRefund({ refundId: refund.refundId, attempt: 1, ...own });
    await shop.activities.reconcilePayment({ orderId });
    expect(await refundedAtStripe(shop, paymentIntentId)).toBe(2500);
  });
});

describe('what has become of an unmatched payment', () => {
  type Part = Pick<Stripe.Refund, 'id' | 'status' | 'amount'>;
  /** As Stripe would list the refunds of a payment of 7.00. */
  async function found(...parts: Part[]) {
    const { order } = await orders.paid();
    const paymentIntentId = await orders.paidBeside(order.orderId, 700);
    const refunds = { list: () => Promise.resolve({ data: parts }) };
    const disputes = { list: () => Promise.resolve({ data: [] }) };
    const stripe = { refunds, disputes } as unknown as Stripe;
    return createPaymentActivities({ ...shop.services, stripe }).findUnmatchedRefund({ paymentIntentId });
  }

  it('is open while a part of its refunds has failed', async () => {
    expect(
      await found({ id: 're_1', status: 'succeeded', amount: 300 }, { id: 're_2', status: 'failed', amount: 400 }),
    ).toBeNull();
  });

  it('is decided by the refund that can still fail', async () => {
    expect(
      await found({ id: 're_1', status: 'succeeded', amount: 300 }, { id: 're_2', status: 'pending', amount: 400 }),
    ).toEqual({ stripeRefundId: 're_2', status: 'pending' });
  });

  it('is what went back in the end, not what failed before', async () => {
    expect(
      await found({ id: 're_1', status: 'failed', amount: 700 }, { id: 're_2', status: 'succeeded', amount: 700 }),
    ).toEqual({ stripeRefundId: 're_2', status: 'succeeded' });
  });
});
