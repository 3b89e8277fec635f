import { allHandlersFinished, condition, continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import type { OpenedPayment } from '../../activities/payments/activities.ts';
import { showDetails } from '../shared/details.ts';
import { refuse, uncancelable } from '../shared/failures.ts';
import { untilQuiet } from '../shared/quiet.ts';
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
  paymentChangedSignal,
} from './messages.ts';
import { settlePayment } from './settle-payment.ts';
import { openPayment, short } from './steps.ts';
import { handleStaffUpdates } from './updates/index.ts';

/** A start that no checkout followed ends by itself. */
const NOT_BEGUN_TIMEOUT = '1 minute';
/** Whoever asks for more time in the last moment is answered with a sentence, instead of meeting a workflow that just ended. */
const LAST_REQUESTS = '5 seconds';

/** Takes one reservation to a paid order, or gives its stock back, whatever happens in between; then stays with the order. */
export function order(input: OrderInput): Promise<OrderOutcome> {
  return uncancelable(() => followOrder(input));
}

async function followOrder(input: OrderInput): Promise<OrderOutcome> {
  const order = new OrderCase(input);
  showDetails(() => describeOrder(order));
  const begins = handleBegin(order, input);
  handleNews(order);
  handleStaffUpdates(order);

  if (input.resume) await order.refresh();
  else await begins.untilOpened();

  for (;;) {
    const outcome = order.facts === undefined ? 'not_begun' : await liveOrder(order);
    order.markEnded(outcome);
    await untilQuiet({ openingUpdates: input.resume ? 0 : 1, hasNews: () => order.hasNews });
    // What came in the meantime is not lost with the workflow: news, or a request that opened the order after all.
    const isOver = outcome === 'not_begun' ? order.facts === undefined : !order.hasNews;
    if (isOver) return outcome;
    order.reopen();
  }
}

/** From the payment to the end of everything that can happen to the order. */
async function liveOrder(order: OrderCase): Promise<OrderOutcome> {
  const continuing = () => continueWhenLong(order);
  const settled = await settlePayment(order, continuing);
  order.markSettled(settled);
  // Without a payment nothing is left to do.
  let outcome = settled;
  if (order.facts!.capturedCents > 0) {
    order.moneyMoved ||= order.isReconcileDue;
    outcome = await followFulfillment(order, continuing);
  }
  await condition(() => order.hasNews, LAST_REQUESTS, { summary: 'until late requests are answered' });
  return outcome;
}

/** Begins a new run when the history is long, with everything that the database does not hold. */
async function continueWhenLong(order: OrderCase): Promise<void> {
  if (!workflowInfo().continueAsNewSuggested || !allHandlersFinished()) return;
  await continueAsNew<(input: OrderInput) => Promise<unknown>>({
    orderId: order.orderId,
    resume: true,
    carried: order.carried,
  });
}

/** Requests to begin may come many at once: each is checked by itself, and all share one payment. */
function handleBegin(order: OrderCase, input: OrderInput): { untilOpened(): Promise<void> } {
  let requests = 0;
  let opening: Promise<OpenedPayment | undefined> | undefined;

  setHandler(
    beginCheckoutUpdate,
    async (begin) => {
      requests += 1;
      const opened = await short.openOrder(begin);
      if (opened.outcome !== 'opened') return { outcome: opened.outcome };
      order.markOpened(opened.order, begin);
      if (order.facts!.status !== 'pending') return { outcome: 'opened', status: order.facts!.status };
      if (!order.facts!.paymentIntentId) {
        opening ??= openPayment(order.facts!);
        const shared = opening;
        const payment = await shared;
        // The next request tries again.
        if (opening === shared) opening = undefined;
        if (!payment) return { outcome: 'payment_unavailable' };
        // It can have ended, or been paid, in the meantime.
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
    /** As long as a request is at work, it is waited for: an order that it opens must not be left alone. */
    async untilOpened() {
      await condition(() => requests > 0, NOT_BEGUN_TIMEOUT);
      await condition(() => order.facts !== undefined || allHandlersFinished());
    },
  };
}

/** Signals prompt a look at the records, or at Stripe, and say nothing themselves: whoever sends one does no harm. */
function handleNews(order: OrderCase): void {
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
