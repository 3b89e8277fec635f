/** Waits for the payment of an order, and ends the wait. */
import { condition } from '@temporalio/workflow';
import { applyPayments } from './apply-payments.ts';
import type { OrderCase } from './case.ts';
import type { OrderOutcome } from './messages.ts';
import { durable, durableStripe } from './steps.ts';

/** Waits before the payment is checked at Stripe in case a webhook was lost, each from the previous check. */
const CHECK_AFTER_MS = [30_000, 120_000, 300_000];
/** A charge in flight can't be canceled. Stripe is checked again after this wait, which doubles each time: 17 checks in the first day. */
const IN_FLIGHT_FIRST_MS = 5_000;
const IN_FLIGHT_LAST_MS = 4 * 3_600_000;

/** Waits for the payment, a cancellation, or the end of the reservation, and completes or closes the order accordingly. */
export async function settlePayment(order: OrderCase, continueWhenLong: () => Promise<void>): Promise<OrderOutcome> {
  for (;;) {
    if (order.paymentNews) {
      const outcome = await applyPayments(order);
      // Stripe reports a successful payment that does not match this order, so the order can never be paid.
      const isLost = outcome === 'mismatched' || (outcome === 'unpaid' && order.isPaidAtStripe);
      if (isLost && order.status === 'pending') return await closeOrder(order);
      continue;
    }
    if (order.changed) {
      await order.refresh();
      continue;
    }
    const { status, expiresAt, capturedCents } = order.facts!;
    // A closed order has nothing to wait for, unless Stripe holds a payment for it that was never recorded.
    if (status !== 'pending') {
      if (capturedCents > 0) return status;
      await checkMovedMoney(order);
      // Only once: Stripe may keep sending events of a payment that does not match this order, and checking each would never end.
      if (order.paymentNews) await applyPayments(order);
      return order.facts!.status;
    }
    if (order.moneyMoved) {
      await checkMovedMoney(order);
      continue;
    }
    await continueWhenLong();
    const leftMs = Date.parse(expiresAt) - Date.now();
    if (order.cancelRequest || leftMs <= 0) {
      if (!order.cancelRequest && (await hasMoreTime(order))) continue;
      const ended = await endUnpaid(order);
      if (ended) return ended;
      continue;
    }
    const checkAfterMs = Math.min(leftMs, CHECK_AFTER_MS[order.paymentChecks] ?? leftMs);
    const isLastWait = checkAfterMs === leftMs;
    const { reads } = order;
    const news = () => order.hasNews || order.cancelRequest !== undefined || order.reads !== reads;
    const summary = isLastWait ? 'until the reservation ends' : 'until the payment is checked at Stripe';
    const isWoken = await condition(news, checkAfterMs, { summary });
    if (!isWoken && !isLastWait) {
      order.paymentChecks += 1;
      await checkPayment(order);
    }
  }
}

/** Reloads the order, since support may have extended its reservation. */
async function hasMoreTime(order: OrderCase): Promise<boolean> {
  const { orderId } = order;
  const facts = await order.stuck.retry('The order could not be read', durable.loadOrder({ orderId }));
  if (!facts || (facts.status === 'pending' && facts.expiresAt === order.facts!.expiresAt)) return false;
  order.update(facts);
  return true;
}

/** Checks at Stripe whether the charge succeeded, in case the webhook was lost. A webhook that arrives in the meantime ends the check. */
async function checkPayment(order: OrderCase): Promise<void> {
  const { orderId } = order;
  const isOvertaken = () => order.paymentNews || (order.status === 'pending' && order.cancelRequest !== undefined);
  const status = await order.stuck.retry(
    'The payment could not be read from Stripe',
    durableStripe.checkPayment({ orderId }),
    isOvertaken,
  );
  if (status === 'succeeded') order.markPaidAtStripe();
}

/**
 * Money that moved before the payment was recorded is the payment itself, and perhaps a refund or a chargeback of it whose event arrived
 * first. Refunds and chargebacks can be recorded only for a paid order, so the order reconciles with Stripe once it is paid.
 */
async function checkMovedMoney(order: OrderCase): Promise<void> {
  order.isReconcileDue ||= order.moneyMoved;
  order.moneyMoved = false;
  await checkPayment(order);
}

/**
 * Ends an order that was canceled or whose reservation expired. Canceling the payment intent at Stripe resolves the race with a charge in
 * flight: either the intent can no longer be paid, or it was paid. A payment event that arrives first ends the attempt.
 * @returns undefined when the order continues
 */
async function endUnpaid(order: OrderCase): Promise<OrderOutcome | undefined> {
  if (order.facts!.paymentIntentId) {
    order.markSettlingAtStripe();
    const status = await order.stuck.retry(
      'The payment could not be canceled at Stripe',
      durableStripe.cancelPayment({ orderId: order.orderId }),
      () => order.paymentNews,
    );
    if (status === undefined) return undefined;
    if (status === 'succeeded') {
      order.markPaidAtStripe();
      return undefined;
    }
    if (status === 'in_flight') {
      const waitMs = Math.min(IN_FLIGHT_LAST_MS, IN_FLIGHT_FIRST_MS * 2 ** order.inFlightChecks);
      order.inFlightChecks += 1;
      const { reads } = order;
      const news = () => order.hasNews || order.reads !== reads;
      await condition(news, waitMs, { summary: 'while a payment may be in progress' });
      return undefined;
    }
  }
  return closeOrder(order);
}

async function closeOrder(order: OrderCase): Promise<OrderOutcome> {
  const { orderId, cancelRequest } = order;
  const isTimeUp = Date.parse(order.facts!.expiresAt) <= Date.now();
  const closed = await order.stuck.retry(
    'The order could not be closed',
    durable.closeOrder({ orderId, to: cancelRequest || !isTimeUp ? 'canceled' : 'expired', request: cancelRequest }),
  );
  order.close(closed);
  return closed.order.status;
}
