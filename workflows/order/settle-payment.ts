/** The time in which an order waits for its payment, and what ends it. */
import { condition } from '@temporalio/workflow';
import { applyPayments } from './apply-payments.ts';
import type { OrderCase } from './case.ts';
import type { OrderOutcome } from './messages.ts';
import { durable, payments } from './steps.ts';

/** When a webhook may have been lost, counted from the last look. */
const CHECK_AFTER_MS = [30_000, 120_000, 300_000];
/** A charge in flight can't be canceled. Stripe is asked again after this long, doubled each time: 17 times in the first day. */
const IN_FLIGHT_FIRST_MS = 5_000;
const IN_FLIGHT_LAST_MS = 4 * 3_600_000;

/** Waits for the payment, a cancellation or the end of the reservation, and ends the checkout accordingly. */
export async function settlePayment(
  orderCase: OrderCase,
  continueWhenLong: () => Promise<void>,
): Promise<OrderOutcome> {
  for (;;) {
    if (orderCase.paymentNews) {
      const outcome = await applyPayments(orderCase);
      // Paid, as Stripe says, and yet not paid for this order: it never can be.
      const isLost = outcome === 'mismatched' || (outcome === 'unpaid' && orderCase.isPaidAtStripe);
      if (isLost && orderCase.status === 'pending') return await closeOrder(orderCase);
      continue;
    }
    if (orderCase.changed) {
      await orderCase.refresh();
      continue;
    }
    const { status, expiresAt, capturedCents } = orderCase.order!;
    // An order that is over has nothing to wait for, unless Stripe holds money for it that was never booked.
    if (status !== 'pending') {
      if (capturedCents > 0) return status;
      await checkMovedMoney(orderCase);
      // Once: what Stripe says again and again of a payment that this order can't have must not be asked again and again.
      if (orderCase.paymentNews) await applyPayments(orderCase);
      return orderCase.order!.status;
    }
    if (orderCase.moneyMoved) {
      await checkMovedMoney(orderCase);
      continue;
    }
    await continueWhenLong();
    const leftMs = Date.parse(expiresAt) - Date.now();
    if (orderCase.cancelRequest || leftMs <= 0) {
      if (!orderCase.cancelRequest && (await hasMoreTime(orderCase))) continue;
      const ended = await endUnpaid(orderCase);
      if (ended) return ended;
      continue;
    }
    const checkAfterMs = Math.min(leftMs, CHECK_AFTER_MS[orderCase.paymentChecks] ?? leftMs);
    const isLastWait = checkAfterMs === leftMs;
    const { reads } = orderCase;
    const news = () => orderCase.hasNews || orderCase.cancelRequest !== undefined || orderCase.reads !== reads;
    const summary = isLastWait ? 'until the reservation ends' : 'until Stripe is asked';
    const isWoken = await condition(news, checkAfterMs, { summary });
    if (!isWoken && !isLastWait) {
      orderCase.paymentChecks += 1;
      await checkPayment(orderCase);
    }
  }
}

/** Support may have extended the reservation: the database has the last word on when it ends. */
async function hasMoreTime(orderCase: OrderCase): Promise<boolean> {
  const { orderId } = orderCase;
  const order = await orderCase.trouble.persevere('The order could not be read', durable.loadOrder({ orderId }));
  if (!order || (order.status === 'pending' && order.expiresAt === orderCase.order!.expiresAt)) return false;
  orderCase.updated(order);
  return true;
}

/** A webhook can be lost: whether the charge went through is Stripe's to say. A webhook that comes meanwhile overtakes the question. */
async function checkPayment(orderCase: OrderCase): Promise<void> {
  const { orderId } = orderCase;
  const isOvertaken = () =>
    orderCase.paymentNews || (orderCase.status === 'pending' && orderCase.cancelRequest !== undefined);
  const status = await orderCase.trouble.persevere(
    'Stripe could not be asked for the payment',
    payments.checkPayment({ orderId }),
    isOvertaken,
  );
  if (status === 'succeeded') orderCase.paidAtStripe();
}

/**
 * What moved before the payment was booked is the payment, and perhaps also a refund or a chargeback of it, whose event came first:
 * the order has books to enter those in once it is paid.
 */
async function checkMovedMoney(orderCase: OrderCase): Promise<void> {
  orderCase.isReconcileDue ||= orderCase.moneyMoved;
  orderCase.moneyMoved = false;
  await checkPayment(orderCase);
}

/**
 * Ends an order that was canceled or whose time is up. Canceling the intent at Stripe settles the race with a charge in
 * flight: either nobody can pay any more, or it was paid. A webhook that says so overtakes Stripe's answer.
 * @returns undefined when the order goes on
 */
async function endUnpaid(orderCase: OrderCase): Promise<OrderOutcome | undefined> {
  if (orderCase.order!.paymentIntentId) {
    orderCase.settlingAtStripe();
    const status = await orderCase.trouble.persevere(
      'The payment could not be canceled at Stripe',
      payments.cancelPayment({ orderId: orderCase.orderId }),
      () => orderCase.paymentNews,
    );
    if (status === undefined) return undefined;
    if (status === 'succeeded') {
      orderCase.paidAtStripe();
      return undefined;
    }
    if (status === 'in_flight') {
      const waitMs = Math.min(IN_FLIGHT_LAST_MS, IN_FLIGHT_FIRST_MS * 2 ** orderCase.inFlightChecks);
      orderCase.inFlightChecks += 1;
      const { reads } = orderCase;
      const news = () => orderCase.hasNews || orderCase.reads !== reads;
      await condition(news, waitMs, { summary: 'a charge is in flight' });
      return undefined;
    }
  }
  return closeOrder(orderCase);
}

async function closeOrder(orderCase: OrderCase): Promise<OrderOutcome> {
  const { orderId, cancelRequest } = orderCase;
  const isTimeUp = Date.parse(orderCase.order!.expiresAt) <= Date.now();
  const closed = await orderCase.trouble.persevere(
    'The order could not be ended',
    durable.closeOrder({ orderId, to: cancelRequest || !isTimeUp ? 'cancelled' : 'expired', request: cancelRequest }),
  );
  orderCase.updated(closed);
  return closed.status;
}
