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
import { refuse } from '../shared/failures.ts';
import { CheckoutCase } from './case.ts';
import {
  beginCheckoutUpdate,
  type CheckoutInput,
  type CheckoutOutcome,
  cancelOrderUpdate,
  checkoutCaseQuery,
  paymentChangedSignal,
} from './messages.ts';
import { openPayment, orders, payments } from './steps.ts';

/** A start that no checkout followed ends by itself. */
const NOT_BEGUN_TIMEOUT = '1 minute';
/** When a webhook may have been lost, counted from the last look. */
const ASK_STRIPE_AFTER_MS = [30_000, 120_000, 300_000];
/** A charge in flight can't be cancelled; Stripe is asked again until it has landed. */
const IN_FLIGHT_RETRY_MS = 5_000;

/** Takes one reservation to a paid order, or gives its stock back: whatever happens in between. */
export async function checkout(input: CheckoutInput): Promise<CheckoutOutcome> {
  const the = new CheckoutCase(input.orderId);

  setHandler(
    beginCheckoutUpdate,
    async (begin) => {
      const opened = await orders.openOrder(begin);
      if (opened.outcome !== 'opened') {
        the.refusedBegin();
        return { outcome: opened.outcome };
      }
      the.opened(opened.order);
      if (opened.order.status !== 'pending') return { outcome: 'opened', status: opened.order.status };
      const payable = await openPayment(the.order!);
      if (!payable) return { outcome: 'payment_unavailable' };
      the.payable(payable);
      return { outcome: 'opened', status: 'pending' };
    },
    {
      description: 'Opens the order of a reservation and its payment. Sent by the API.',
      validator: (begin) => {
        if (begin.orderId !== input.orderId) throw refuse('invalid_request', 'This checkout is for another order.');
      },
    },
  );
  setHandler(
    paymentChangedSignal,
    async (change) => {
      if (change.status === 'succeeded') the.captured(change.paymentIntentId, change.amountReceivedCents);
      else if (the.refusedTry(change)) await orders.recordPaymentFailure({ orderId: input.orderId, ...the.lastTry! });
    },
    { description: 'What Stripe’s signed webhook said of the payment. Sent by the API.' },
  );
  setHandler(
    cancelOrderUpdate,
    async (_cancel) => {
      the.cancelAsked();
      await condition(() => the.outcome !== undefined);
      return { status: the.outcome as Exclude<CheckoutOutcome, 'not_begun'> };
    },
    {
      description: 'Cancels the unpaid order: {"requestedBy": "support:anna"}. A payment that has gone through stands.',
      validator: (_cancel) => {
        if (the.outcome !== undefined) throw refuse('order_not_cancellable', `The order is ${the.outcome} already.`);
      },
    },
  );
  setHandler(checkoutCaseQuery, () => the.toJSON(), { description: 'The whole case as JSON' });

  if (input.resume) await takeUp(the);
  else await condition(() => the.order !== undefined || the.beginRefused, NOT_BEGUN_TIMEOUT);

  the.ended(the.order === undefined ? 'not_begun' : await settle(the));
  await condition(allHandlersFinished);
  return the.outcome!;
}

async function takeUp(the: CheckoutCase): Promise<void> {
  const order = await orders.loadOrder({ orderId: the.orderId });
  if (order) the.opened(order);
}

/** Waits for the payment, a cancellation or the end of the hold, and ends the order accordingly. */
async function settle(the: CheckoutCase): Promise<CheckoutOutcome> {
  let asked = 0;
  for (;;) {
    if (the.capture) return await complete(the);
    const { status } = the.order!;
    // An order that is over has nothing to wait for, unless Stripe holds money for it that was never booked.
    if (status !== 'pending') {
      if (the.order!.capturedCents > 0) return status;
      await askStripe(the);
      return the.capture ? await complete(the) : status;
    }
    const leftMs = Date.parse(the.order!.expiresAt) - Date.now();
    if (the.cancelRequested || leftMs <= 0) {
      const ended = await endUnpaid(the);
      if (ended) return ended;
      continue;
    }
    const nextLookMs = Math.min(leftMs, ASK_STRIPE_AFTER_MS[asked] ?? leftMs);
    const summary = nextLookMs === leftMs ? 'until the hold ends' : 'until Stripe is asked';
    const woken = await condition(() => the.capture !== undefined || the.cancelRequested, nextLookMs, { summary });
    if (!woken && nextLookMs < leftMs) {
      asked += 1;
      await askStripe(the);
    }
  }
}

/** A webhook can be lost: whether the charge went through is Stripe's to say. */
async function askStripe(the: CheckoutCase): Promise<void> {
  if (!the.order?.paymentIntentId) return;
  const intent = await payments.retrievePaymentIntent({ paymentIntentId: the.order.paymentIntentId });
  if (intent.status === 'succeeded') the.captured(the.order.paymentIntentId, intent.amountReceivedCents);
}

/**
 * Ends an order that was cancelled or whose time is up. Cancelling the intent at Stripe settles the race with a charge in
 * flight: either nobody can pay any more, or it was paid.
 */
async function endUnpaid(the: CheckoutCase): Promise<CheckoutOutcome | undefined> {
  if (the.order!.paymentIntentId) {
    the.settlingAtStripe();
    const settled = await payments.cancelPaymentIntent({ paymentIntentId: the.order!.paymentIntentId });
    if (settled.status === 'succeeded') {
      the.captured(the.order!.paymentIntentId, settled.amountReceivedCents);
      return undefined;
    }
    if (settled.status === 'in_flight') {
      await sleep(IN_FLIGHT_RETRY_MS, { summary: 'a charge is in flight' });
      return undefined;
    }
  }
  const closed = await orders.closeOrder({ orderId: the.orderId, to: the.cancelRequested ? 'cancelled' : 'expired' });
  the.updated(closed);
  return closed.status;
}

async function complete(the: CheckoutCase): Promise<CheckoutOutcome> {
  const completed = await orders.completeOrder({ orderId: the.orderId, ...the.capture! });
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
