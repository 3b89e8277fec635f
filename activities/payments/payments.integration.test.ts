/** Requests to Stripe, and how its responses and missing responses are handled. */
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
  it('has the order’s amount and order ID', async () => {
    const { orderId } = (await orders.opened()).order;
    const { paymentIntentId } = await shop.activities.createPayment({ orderId, amountCents: 2500, currency: 'usd' });
    const intent = await shop.services.stripe.paymentIntents.retrieve(paymentIntentId);
    expect(intent).toMatchObject({ amount: 2500, currency: 'usd', metadata: { order_id: orderId } });
  });

  it('accepts only the shop’s payment methods, and is created once however often it is requested', async () => {
    const { orderId } = (await orders.opened()).order;
    const asked: unknown[] = [];
    const { paymentIntents } = shop.services.stripe;
    // The local Stripe substitute accepts only cards.
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
/** Errors from which it is unknown whether the refund was made. */
const NO_ANSWERS: readonly [string, Stripe.errors.StripeError][] = [
  ['Stripe can’t be reached', new StripeConnectionError({ type: 'api_error', message: 'ECONNRESET' })],
  ['Stripe has an internal error', new StripeAPIError({ type: 'api_error', message: 'Oops', statusCode: 500 })],
  [
    'Stripe does not know the API key',
    new StripeAuthenticationError({ type: 'authentication_error', statusCode: 401 } as never),
  ],
  [
    'Stripe does not know the payment, as with another account’s key',
    new StripeInvalidRequestError({ type: 'invalid_request_error', code: 'resource_missing', statusCode: 404 }),
  ],
];

describe.each(NO_ANSWERS)('when %s', (_, error) => {
  const activities = () => {
    const refunds = { create: () => Promise.reject(error), list: () => Promise.resolve({ data: [] }) };
    const disputes = { list: () => Promise.resolve({ data: [] }) };
    return createPaymentActivities({ ...shop.services, stripe: { refunds, disputes } as unknown as Stripe });
  };

  it('a refund has not failed, and is sent again with the same idempotency key', async () => {
    const request = { refundId: 'r1', orderId: 'o1', paymentIntentId: 'pi_1', amountCents: 500, currency: 'usd' };
    await expect(activities().refundPayment({ ...request, attempt: 1 })).rejects.toBe(error);
  });

  it('the refund of an unmatched payment has not failed either', async () => {
    const { order } = await orders.paid();
    const paymentIntentId = await orders.paidBeside(order.orderId, 700);
    await expect(activities().refundUnmatchedPayment({ paymentIntentId, attempt: 1 })).rejects.toBe(error);
  });
});

describe('a refund that Stripe refuses permanently', () => {
  it('fails with Stripe’s reason', async () => {
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

describe('more refunds than Stripe lists by default', () => {
  it('are all found by a reconciliation', async () => {
    const { order, paymentIntentId } = await orders.paid();
    const { orderId } = order;
    for (let number = 0; number < 12; number += 1) await refundInDashboard(paymentIntentId, 100);
    expect(await shop.activities.reconcilePayment({ orderId })).toBe('succeeded');
    expect(await shop.activities.loadOrder({ orderId })).toMatchObject({ refundedCents: 1200 });
  });

  it('refund an unmatched payment in full together', async () => {
    const { order } = await orders.paid();
    const paymentIntentId = await orders.paidBeside(order.orderId, 1200);
    for (let number = 0; number < 12; number += 1) await refundInDashboard(paymentIntentId, 100);
    expect(await shop.activities.findUnmatchedRefund({ paymentIntentId })).toMatchObject({ status: 'succeeded' });
    expect(await orders.sentBack(paymentIntentId)).toMatchObject({ refundStatus: 'succeeded' });
  });

  it('do not hide the shop’s own refund, which is found after its idempotency key expired', async () => {
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

describe('the refund of an unmatched payment', () => {
  type Part = Pick<Stripe.Refund, 'id' | 'status' | 'amount'>;
  /** @param parts the refunds that Stripe lists for a payment of 7.00 */
  async function found(...parts: Part[]) {
    const { order } = await orders.paid();
    const paymentIntentId = await orders.paidBeside(order.orderId, 700);
    const refunds = { list: () => Promise.resolve({ data: parts }) };
    const disputes = { list: () => Promise.resolve({ data: [] }) };
    const stripe = { refunds, disputes } as unknown as Stripe;
    return createPaymentActivities({ ...shop.services, stripe }).findUnmatchedRefund({ paymentIntentId });
  }

  it('is missing while some of the partial refunds have failed', async () => {
    expect(
      await found({ id: 're_1', status: 'succeeded', amount: 300 }, { id: 're_2', status: 'failed', amount: 400 }),
    ).toBeNull();
  });

  it('has the state of the refund that can still fail', async () => {
    expect(
      await found({ id: 're_1', status: 'succeeded', amount: 300 }, { id: 're_2', status: 'pending', amount: 400 }),
    ).toEqual({ stripeRefundId: 're_2', status: 'pending' });
  });

  it('is the one that succeeded, not one that failed before', async () => {
    expect(
      await found({ id: 're_1', status: 'failed', amount: 700 }, { id: 're_2', status: 'succeeded', amount: 700 }),
    ).toEqual({ stripeRefundId: 're_2', status: 'succeeded' });
  });
});
