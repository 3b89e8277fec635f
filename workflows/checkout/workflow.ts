import {
  allHandlersFinished,
  condition,
  ParentClosePolicy,
  setHandler,
  sleep,
  startChild,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import { refundWorkflowId } from '../refund/messages.ts';
import { refund } from '../refund/workflow.ts';
import { refuse, uncancellable } from '../shared/failures.ts';
import { accompany } from './accompany.ts';
import { CheckoutCase } from './case.ts';
import {
  beginCheckoutUpdate,
  type CheckoutInput,
  type CheckoutOutcome,
  checkoutCaseQuery,
  moneyMovedSignal,
  orderChangedSignal,
  paymentChangedSignal,
} from './messages.ts';
import { handleStaffUpdates } from './staff-updates.ts';
import { openPayment, orders, payments } from './steps.ts';

/** A start that no checkout followed ends by itself. */
const NOT_BEGUN_TIMEOUT = '1 minute';
/** When a webhook may have been lost, counted from the last look. */
const ASK_STRIPE_AFTER_MS = [30_000, 120_000, 300_000];
/** A charge in flight can't be cancelled; Stripe is asked again until it has landed. */
const IN_FLIGHT_RETRY_MS = 5_000;

/** Takes one reservation to a paid order, or gives its stock back, whatever happens in between; then stays with the order. */
export function checkout(input: CheckoutInput): Promise<CheckoutOutcome> {
  return uncancellable(() => followOrder(input));
}

async function followOrder(input: CheckoutInput): Promise<CheckoutOutcome> {
  const the = new CheckoutCase(input);

  setHandler(
    beginCheckoutUpdate,
    async (begin) => {
      const opened = await orders.openOrder(begin);
      if (opened.outcome !== 'opened') {
        the.refusedBegin();
        return { outcome: opened.outcome };
      }
      the.opened(opened.order, begin);
      if (opened.order.status !== 'pending') return { outcome: 'opened', status: opened.order.status };
      const payable = await openPayment(the.order!);
      if (!payable) return { outcome: 'payment_unavailable' };
      the.payable(payable);
      return { outcome: 'opened', status: 'pending' };
    },
    {
      description: 'Opens the order of a reservation and its payment. Sent by the shop itself.',
      validator: (begin) => {
        if (begin?.orderId !== input.orderId) throw refuse('invalid_request', 'This checkout is for another order.');
      },
    },
  );
  setHandler(
    paymentChangedSignal,
    async (change) => {
      if (change.status === 'succeeded') the.captured(change.paymentIntentId, change.amountReceivedCents);
      else if (the.refusedTry(change)) await orders.recordPaymentFailure({ orderId: input.orderId, ...the.lastTry! });
    },
    { description: 'What Stripe’s signed webhook said of the payment. Sent by the shop itself.' },
  );
  setHandler(
    orderChangedSignal,
    () => {
      the.changed = true;
    },
    {
      description: 'The order’s records have changed: they are read again. Sent by the shop itself; harmless to send.',
    },
  );
  setHandler(
    moneyMovedSignal,
    () => {
      the.moneyMoved = true;
    },
    { description: 'Money moved at Stripe: its books are read again. Sent by the shop itself; harmless to send.' },
  );
  setHandler(checkoutCaseQuery, () => the.toJSON(), { description: 'The whole case as JSON' });
  handleStaffUpdates(the);

  if (input.resume) await takeUp(the);
  else await condition(() => the.order !== undefined || the.beginRefused, NOT_BEGUN_TIMEOUT);

  if (the.order === undefined) the.ended('not_begun');
  else {
    the.settledAs(await settle(the));
    // Without a payment, or with one that goes back at once, nothing is left to do.
    const isOver = the.order.capturedCents === 0 || the.refundId !== undefined;
    the.ended(!isOver ? await accompany(the) : the.settled!);
  }
  await condition(allHandlersFinished);
  return the.outcome!;
}

async function takeUp(the: CheckoutCase): Promise<void> {
  const order = await orders.loadOrder({ orderId: the.orderId });
  if (order) the.opened(order);
}

/** Waits for the payment, a cancellation or the end of the hold, and ends the checkout accordingly. */
async function settle(the: CheckoutCase): Promise<CheckoutOutcome> {
  let asked = 0;
  for (;;) {
    if (the.capture) return await complete(the);
    if (the.changed) await the.refresh();
    const { status, expiresAt } = the.order!;
    // An order that is over has nothing to wait for, unless Stripe holds money for it that was never booked.
    if (status !== 'pending') {
      if (the.order!.capturedCents > 0) return status;
      await askStripe(the);
      return the.capture ? await complete(the) : status;
    }
    const leftMs = Date.parse(expiresAt) - Date.now();
    if (the.cancelRequest || leftMs <= 0) {
      if (!the.cancelRequest && (await hasMoreTime(the))) continue;
      const ended = await endUnpaid(the);
      if (ended) return ended;
      continue;
    }
    const nextLookMs = Math.min(leftMs, ASK_STRIPE_AFTER_MS[asked] ?? leftMs);
    const summary = nextLookMs === leftMs ? 'until the hold ends' : 'until Stripe is asked';
    const { reads } = the;
    const news = () =>
      the.capture !== undefined || the.cancelRequest !== undefined || the.changed || the.reads !== reads;
    const woken = await condition(news, nextLookMs, { summary });
    if (!woken && nextLookMs < leftMs) {
      asked += 1;
      await askStripe(the);
    }
  }
}

/** Support may have extended the hold: the database has the last word on when it ends. */
async function hasMoreTime(the: CheckoutCase): Promise<boolean> {
  const order = await orders.loadOrder({ orderId: the.orderId });
  if (!order || (order.status === 'pending' && order.expiresAt === the.order!.expiresAt)) return false;
  the.updated({ ...order, clientSecret: the.order!.clientSecret });
  return true;
}

/** A webhook can be lost: whether the charge went through is Stripe's to say. */
async function askStripe(the: CheckoutCase): Promise<void> {
  const paymentIntentId = the.order?.paymentIntentId;
  if (!paymentIntentId) return;
  const intent = await the.trouble.persevere('Stripe could not be asked for the payment', () =>
    payments.retrievePaymentIntent({ paymentIntentId }),
  );
  if (intent.status === 'succeeded') the.captured(paymentIntentId, intent.amountReceivedCents);
}

/**
 * Ends an order that was cancelled or whose time is up. Cancelling the intent at Stripe settles the race with a charge in
 * flight: either nobody can pay any more, or it was paid.
 */
async function endUnpaid(the: CheckoutCase): Promise<CheckoutOutcome | undefined> {
  const paymentIntentId = the.order!.paymentIntentId;
  if (paymentIntentId) {
    the.settlingAtStripe();
    const settled = await the.trouble.persevere('The payment could not be cancelled at Stripe', () =>
      payments.cancelPaymentIntent({ paymentIntentId }),
    );
    if (settled.status === 'succeeded') {
      the.captured(paymentIntentId, settled.amountReceivedCents);
      return undefined;
    }
    if (settled.status === 'in_flight') {
      await sleep(IN_FLIGHT_RETRY_MS, { summary: 'a charge is in flight' });
      return undefined;
    }
  }
  const { cancelRequest } = the;
  const closed = await the.trouble.persevere('The order could not be ended', () =>
    orders.closeOrder({
      orderId: the.orderId,
      to: cancelRequest ? 'cancelled' : 'expired',
      request: cancelRequest,
    }),
  );
  the.updated(closed);
  return closed.status;
}

async function complete(the: CheckoutCase): Promise<CheckoutOutcome> {
  const completed = await the.trouble.persevere('The payment could not be booked', () =>
    orders.completeOrder({ orderId: the.orderId, ...the.capture! }),
  );
  the.updated(completed.order);
  if (completed.outcome === 'refund_due') {
    const { refundId } = completed;
    the.returning(refundId);
    await startChild(refund, {
      workflowId: refundWorkflowId(the.orderId, 'paid-too-late'),
      args: [{ orderId: the.orderId, refundId, resume: true }],
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: 'Full refund: paid when the items were gone',
    });
  }
  return completed.order.status;
}
