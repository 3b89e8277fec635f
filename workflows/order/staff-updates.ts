/**
 * What staff do with an order at the Temporal UI. Each is refused with a sentence when it makes no sense, is done once a
 * request id, and is recorded with who asked, why and when.
 */

import { condition, ParentClosePolicy, setHandler, startChild, WorkflowIdReusePolicy } from '@temporalio/workflow';
import type { OrderStepRequest } from '../../activities/orders/order-steps.ts';
import type { RefundFacts } from '../../activities/refunds/refund-reader.ts';
import { uiActor } from '../../domain/actor.ts';
import { addressProblems, tidyAddress } from '../../domain/address.ts';
import { toDecimal } from '../../domain/money.ts';
import { type OrderAction, refusalOf } from '../../domain/order-state.ts';
import { MAX_EXTENSION_MINUTES } from '../../domain/reservation.ts';
import { refundWorkflowId } from '../refund/messages.ts';
import { anAmount, lineList, readWish } from '../refund/wish.ts';
import { refund } from '../refund/workflow.ts';
import { refuse } from '../shared/failures.ts';
import { caseAttributes } from '../shared/search-attributes.ts';
import { aFlag, checkRequest, describeUpdate, extensionMinutes, optional, requiredText } from '../shared/staff.ts';
import { unlessRunning } from '../shared/unless-running.ts';
import type { OrderCase } from './case.ts';
import {
  cancelOrderUpdate,
  correctAddressUpdate,
  extendHoldUpdate,
  markDeliveredUpdate,
  markShippedUpdate,
  type OrderRequest,
  putOnHoldUpdate,
  recheckPaymentUpdate,
  refundOrderUpdate,
  releaseOrderUpdate,
  resendConfirmationUpdate,
  retryUpdate,
} from './messages.ts';
import { isFailedAttempt, now, orders } from './steps.ts';

const EXAMPLE = { requestId: 'case-4711', requestedBy: 'Anna', reason: 'Shopper called' };
const OPTIONAL_REASON = { reason: optional(requiredText('“reason”', 500)) };

export function handleStaffUpdates(order: OrderCase): void {
  const orderId = order.orderId;

  /** Refuses what the order's state does not allow, unless this very request was done before. */
  const checkState = (action: OrderAction, request: OrderRequest) => {
    if (order.outcome !== undefined)
      throw refuse('conflict', `This order is ${order.outcome}, and its workflow is over.`);
    // Just taken up from the database: the records themselves decide.
    if (order.status === undefined) return;
    if (order.isDone(action, request.requestId)) return;
    const refusal = refusalOf(action, order.status);
    if (refusal) throw refuse('conflict', refusal);
  };
  /** Does one step on the order's records; what they refuse, the sender reads. */
  const step = async (request: OrderRequest, what: OrderStepRequest['step']) => {
    await order.whenLoaded();
    const { requestId, requestedBy, reason } = request;
    const result = await orders.stepOrder({ orderId, requestId, actor: uiActor(requestedBy), reason, step: what });
    if (result.outcome === 'refused') throw refuse('conflict', result.message);
    await order.refresh();
    return { status: order.status! };
  };

  setHandler(cancelOrderUpdate, (request) => cancel(order, request), {
    description: describeUpdate(
      'Cancels an order that has not shipped. Unpaid: its items go back on sale. Paid: all of its money goes back; above your limit a support lead has to agree first.',
      EXAMPLE,
    ),
    validator: (request) => {
      checkRequest(request, EXAMPLE);
      checkState('cancel', request);
    },
  });

  const refundExample = {
    ...EXAMPLE,
    reason: 'Arrived broken',
    lines: [{ product: 'SKU', quantity: 1 }],
    restock: false,
  };
  setHandler(
    refundOrderUpdate,
    async (request) => {
      await order.whenLoaded();
      const wish = readWish(order.facts!, request);
      if (typeof wish === 'string') throw refuse('invalid_request', wish);
      const { requestId, requestedBy, reason, proof, restock, awaitReturn } = request;
      const asked = await orders.requestRefund({
        orderId,
        requestId,
        requestedBy,
        proof,
        reason,
        restock: restock ?? false,
        awaitReturn,
        ...wish,
      });
      if (asked.outcome === 'order_missing') throw refuse('not_found', 'There is no such order.');
      if (asked.outcome === 'refused') throw refuse(asked.code, asked.message);
      await startRefund(order, asked.refund);
      await order.refresh();
      return {
        status: order.status!,
        refundId: asked.refund.refundId,
        refundWorkflowId: refundWorkflowId(orderId, requestId),
        refundStatus: asked.refund.status,
      };
    },
    {
      description: describeUpdate(
        'Gives money back: all that is left; or "lines" by SKU with quantities; or an "amount" as goodwill, which is for no item and stops nothing from shipping. Items that have not shipped are canceled by it and go back on sale; "restock" does that for items that came back, "awaitReturn" waits for them first. Above your limit a support lead has to agree.',
        refundExample,
      ),
      validator: (request) => {
        checkRequest(request, refundExample, {
          amount: optional(anAmount),
          lines: optional(lineList),
          restock: optional(aFlag('restock')),
          awaitReturn: optional(aFlag('awaitReturn')),
        });
        // Asked again, a refund of an order that has moved on is answered by the records.
        const known = order.record?.refunds.some((each) => each.requestId === request.requestId);
        if (!known) checkState('refund', request);
      },
    },
  );

  const extendExample = { ...EXAMPLE, minutes: 15 };
  setHandler(
    extendHoldUpdate,
    async ({ requestId, requestedBy, reason, minutes }) => {
      await order.whenLoaded();
      const { reservationId } = order.facts!;
      const extended = await orders.extendHold({
        reservationId,
        minutes,
        requestId,
        actor: uiActor(requestedBy),
        reason,
      });
      if (extended.outcome === 'refused') throw refuse('conflict', extended.message);
      await order.refresh();
      return { expiresAt: extended.expiresAt };
    },
    {
      description: describeUpdate(
        `Holds the items of an unpaid order longer, once, by 1 to ${MAX_EXTENSION_MINUTES} minutes.`,
        extendExample,
      ),
      validator: (request) => {
        checkRequest(request, extendExample, { minutes: extensionMinutes });
        checkState('extendHold', request);
      },
    },
  );

  const addressExample = {
    ...EXAMPLE,
    address: {
      name: 'Ada Moss',
      street: '12 Mill Road',
      city: 'Portland',
      state: 'OR',
      postal_code: '97201',
      country: 'US',
    },
  };
  setHandler(
    correctAddressUpdate,
    (request) => step(request, { action: 'correctAddress', address: tidyAddress(request.address) }),
    {
      description: describeUpdate(
        'Corrects where an order goes that has not shipped: send the whole address.',
        addressExample,
      ),
      validator: (request) => {
        checkRequest(request, addressExample, {
          address: (address) => addressProblems(address).join(' ') || undefined,
        });
        checkState('correctAddress', request);
      },
    },
  );

  const shippedExample = {
    requestId: 'parcel-1',
    requestedBy: 'Anna',
    carrier: 'UPS',
    trackingNumber: '1Z999AA10123456784',
  };
  setHandler(
    markShippedUpdate,
    (request) => {
      const { carrier, trackingNumber } = request;
      return step(request, {
        action: 'markShipped',
        carrier: carrier.trim(),
        trackingNumber: trackingNumber.trim(),
      });
    },
    {
      description: describeUpdate(
        'Marks the order as shipped and notifies the shopper by email. Refused while a refund of its items is not finished.',
        shippedExample,
      ),
      validator: (request) => {
        checkRequest(request, shippedExample, {
          ...OPTIONAL_REASON,
          carrier: requiredText('“carrier”', 100),
          trackingNumber: requiredText('“trackingNumber”', 100),
        });
        checkState('markShipped', request);
      },
    },
  );

  const deliveredExample = { requestId: 'parcel-1', requestedBy: 'Anna' };
  setHandler(markDeliveredUpdate, (request) => step(request, { action: 'markDelivered' }), {
    description: describeUpdate('Marks the order as delivered.', deliveredExample),
    validator: (request) => {
      checkRequest(request, deliveredExample, OPTIONAL_REASON);
      checkState('markDelivered', request);
    },
  });

  setHandler(putOnHoldUpdate, (request) => step(request, { action: 'putOnHold' }), {
    description: describeUpdate(
      'Stops a paid order from shipping, for a look at fraud. Nothing is charged or refunded.',
      EXAMPLE,
    ),
    validator: (request) => {
      checkRequest(request, EXAMPLE);
      checkState('putOnHold', request);
    },
  });
  setHandler(releaseOrderUpdate, (request) => step(request, { action: 'release' }), {
    description: describeUpdate('Lets an order on hold go on.', EXAMPLE),
    validator: (request) => {
      checkRequest(request, EXAMPLE);
      checkState('release', request);
    },
  });
  setHandler(resendConfirmationUpdate, (request) => step(request, { action: 'resendConfirmation' }), {
    description: describeUpdate('Sends the confirmation again by mail.', EXAMPLE),
    validator: (request) => {
      checkRequest(request, EXAMPLE);
      checkState('resendConfirmation', request);
    },
  });

  setHandler(recheckPaymentUpdate, (request) => recheckPayment(order, request), {
    description: describeUpdate(
      'Asks Stripe now what became of the payment: a charge whose message was lost, a refund made in the dashboard, a chargeback.',
      EXAMPLE,
    ),
    validator: (request) => {
      checkRequest(request, EXAMPLE);
      checkState('recheckPayment', request);
      if (order.facts && !order.facts.paymentIntentId)
        throw refuse('conflict', 'This order has no payment at Stripe yet.');
    },
  });
  setHandler(
    retryUpdate,
    async ({ requestId, requestedBy, reason }) => {
      const retried = order.stuck.current?.what ?? '';
      const message = `Tried again: ${retried}`;
      await orders.recordAsked({
        orderId,
        requestId,
        type: 'retry_asked',
        message,
        actor: uiActor(requestedBy),
        reason,
      });
      order.stuck.retryNow();
      return { retried };
    },
    {
      description: describeUpdate('Tries at once what has stopped, when its cause is gone.', EXAMPLE),
      validator: (request) => {
        checkRequest(request, EXAMPLE);
        if (!order.stuck.current) throw refuse('conflict', 'Nothing has stopped here: there is nothing to try again.');
      },
    },
  );
}

async function cancel(order: OrderCase, request: OrderRequest): Promise<{ status: NonNullable<typeof order.status> }> {
  const { requestId, requestedBy, proof, reason = '' } = request;
  await order.whenLoaded();
  if (order.status === 'pending') {
    order.requestCancel({ ...request, reason });
    await condition(() => order.settled !== undefined);
    // Paid in the same moment: what was asked for is still a cancellation, now of a paid order.
    if (order.facts!.capturedCents === 0 || order.refundId !== undefined) return { status: order.status! };
  }
  const cancelled = await orders.cancelPaid({
    orderId: order.orderId,
    requestId,
    sender: { requestedBy, proof },
    reason,
  });
  if (cancelled.outcome === 'refused') throw refuse(cancelled.code, cancelled.message);
  await startRefund(order, cancelled.refund);
  await order.refresh();
  return { status: order.status! };
}

/** The refund is in the records already; its workflow sends it, or waits for whoever has to agree. */
async function startRefund(
  order: OrderCase,
  { refundId, requestId, amountCents, currency }: RefundFacts,
): Promise<void> {
  await unlessRunning(() =>
    startChild(refund, {
      workflowId: refundWorkflowId(order.orderId, requestId),
      args: [{ orderId: order.orderId, refundId, resume: true }],
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: 'Refund asked for by support',
      typedSearchAttributes: caseAttributes({
        orderId: order.orderId,
        customerId: order.record?.customer.userId,
        amount: toDecimal(amountCents, currency),
        createdAt: new Date(),
      }),
    }),
  );
}

async function recheckPayment(
  order: OrderCase,
  { requestId, requestedBy, reason }: OrderRequest,
): Promise<{ status: NonNullable<typeof order.status>; payment: string }> {
  const { orderId } = order;
  await order.whenLoaded();
  const payment = await now.reconcilePayment({ orderId }).catch((error: unknown) => {
    if (isFailedAttempt(error))
      throw refuse(
        'payment_provider_unavailable',
        'Stripe, or the shop’s database, does not answer just now; try again in some minutes.',
      );
    throw error;
  });
  await orders.recordAsked({
    orderId,
    requestId,
    type: 'payment_rechecked',
    message: `Stripe was asked: the payment is ${payment.replaceAll('_', ' ')}.`,
    actor: uiActor(requestedBy),
    reason,
  });
  if (payment === 'succeeded') {
    // Before its payment is booked, an order has no books to enter refunds and chargebacks in.
    order.isReconcileDue ||= order.facts!.capturedCents === 0;
    order.markPaidAtStripe();
  }
  await order.refresh();
  return { status: order.status!, payment };
}
