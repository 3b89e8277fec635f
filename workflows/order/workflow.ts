import { allHandlersFinished, condition, continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import type { OpenedPayment } from '../../activities/payments/activities.ts';
import { showDetails } from '../shared/details.ts';
import { refuse, uncancelable } from '../shared/failures.ts';
import { untilQuiet } from '../shared/quiet.ts';
import { requireOwnStart } from '../shared/start-form.ts';
import { OrderCase } from './case.ts';
import { describeOrder } from './case-details.ts';
import { followFulfillment } from './follow-fulfillment.ts';
import {
  beginCheckoutUpdate,
  moneyMovedSignal,
  type OrderInput,
  type OrderOutcome,
  orderCaseQuery,
  orderChangedSignal,
  orderWorkflowId,
  paymentChangedSignal,
} from './messages.ts';
import { settlePayment } from './settle-payment.ts';
import { openPayment, short } from './steps.ts';
import { handleStaffUpdates } from './updates/index.ts';

/** A workflow that receives no checkout within this time completes. */
const NOT_BEGUN_TIMEOUT = '1 minute';
/** The workflow stays open for this long after its end, so that a late request gets an explanation and not "workflow not found". */
const LATE_REQUESTS_TIMEOUT = '5 seconds';

/** Turns one reservation into a paid order, or returns its stock; then follows the paid order until nothing more can happen to it. */
export async function order(input: OrderInput): Promise<OrderOutcome> {
  requireOwnStart(
    input,
    ({ orderId }) => orderId && orderWorkflowId(orderId),
    'To act on an order, open its case. To make a refund, start refund with the order’s ID.',
  );
  return uncancelable(() => followOrder(input));
}

async function followOrder(input: OrderInput): Promise<OrderOutcome> {
  const order = new OrderCase(input);
  showDetails(() => describeOrder(order));
  const begins = handleBegin(order, input);
  handleSignals(order);
  handleStaffUpdates(order);

  if (input.resume) await order.refresh();
  else await begins.untilOpened();

  for (;;) {
    const outcome = order.facts === undefined ? 'not_begun' : await liveOrder(order);
    order.markEnded(outcome);
    await untilQuiet({ openingUpdates: input.resume ? 0 : 1, hasNews: () => order.hasNews });
    // Messages that arrived in the meantime must not be lost: a signal, or a request that opened the order after all.
    const isDone = outcome === 'not_begun' ? order.facts === undefined : !order.hasNews;
    if (isDone) return outcome;
    order.reopen();
  }
}

/** Follows the order from its payment until nothing more can happen to it. */
async function liveOrder(order: OrderCase): Promise<OrderOutcome> {
  const continuing = () => continueWhenLong(order);
  const settled = await settlePayment(order, continuing);
  order.markSettled(settled);
  // An order without a payment needs no fulfillment.
  let outcome = settled;
  if (order.facts!.capturedCents > 0) {
    order.moneyMoved ||= order.isReconcileDue;
    outcome = await followFulfillment(order, continuing);
  }
  await condition(() => order.hasNews, LATE_REQUESTS_TIMEOUT, { summary: 'until late requests are answered' });
  return outcome;
}

/** Continues as a new run when the history is long, and carries over the state that is not in the database. */
async function continueWhenLong(order: OrderCase): Promise<void> {
  if (!workflowInfo().continueAsNewSuggested || !allHandlersFinished()) return;
  await continueAsNew<(input: OrderInput) => Promise<unknown>>({
    orderId: order.orderId,
    resume: true,
    carried: order.carried,
  });
}

/** Several requests to begin may arrive at once: each is checked on its own, and all share one payment. */
function handleBegin(order: OrderCase, input: OrderInput): { untilOpened(): Promise<void> } {
  let requests = 0;
  let opening: Promise<OpenedPayment | undefined> | undefined;

  setHandler(
    beginCheckoutUpdate,
    async (begin) => {
      requests += 1;
      const opened = await short.openOrder(begin);
      if (opened.outcome !== 'opened') return { outcome: opened.outcome };
      order.markOpened(opened, begin);
      if (order.facts!.status !== 'pending') return { outcome: 'opened', status: order.facts!.status };
      if (!order.facts!.paymentIntentId) {
        opening ??= openPayment(order.facts!);
        const shared = opening;
        const payment = await shared;
        // The next request retries.
        if (opening === shared) opening = undefined;
        if (!payment) {
          order.markUnpayable();
          return { outcome: 'payment_unavailable' };
        }
        // The order may have ended, or been paid, in the meantime.
        if (order.status === 'pending' && !order.facts!.paymentIntentId) order.markPayable(payment);
      }
      return { outcome: 'opened', status: order.facts!.status };
    },
    {
      description: 'Creates the order and its payment from a reservation. Sent by the API; do not send it yourself.',
      validator: (begin) => {
        if (begin?.orderId !== input.orderId)
          throw refuse('invalid_request', 'This checkout is for a different order.');
      },
    },
  );
  return {
    /** Waits for every running request, since the workflow must follow an order that one of them opens. */
    async untilOpened() {
      await condition(() => requests > 0, NOT_BEGUN_TIMEOUT);
      await condition(() => order.facts !== undefined || allHandlersFinished());
    },
  };
}

/** Signals carry no data: they only make the workflow reload records or check Stripe, so a forged one does no harm. */
function handleSignals(order: OrderCase): void {
  setHandler(
    paymentChangedSignal,
    () => {
      order.paymentNews = true;
    },
    { description: 'Stripe reported a payment event; reloads the payment from the database. Safe to send.' },
  );
  setHandler(
    orderChangedSignal,
    () => {
      order.changed = true;
    },
    { description: 'The order changed; reloads it from the database. Safe to send.' },
  );
  setHandler(
    moneyMovedSignal,
    () => {
      order.moneyMoved = true;
    },
    { description: 'Money moved at Stripe; reloads the payment’s activity from Stripe. Safe to send.' },
  );
  setHandler(orderCaseQuery, () => order.toJSON(), { description: 'The complete case as JSON' });
}
