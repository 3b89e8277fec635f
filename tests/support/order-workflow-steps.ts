/** Steps of order workflow tests with skipped time. */
import { randomUUID } from 'node:crypto';
import { WithStartWorkflowOperation } from '@temporalio/client';
import type { NewFailure } from '../../activities/orders/payment-ledger.ts';
import {
  type BeginCheckoutResult,
  beginCheckoutUpdate,
  type OrderOutcome,
  orderCaseQuery,
  orderWorkflowId,
  paymentChangedSignal,
} from '../../workflows/order/messages.ts';
import { detailsOf } from './details.ts';
import { ScriptedOrder } from './scripted-order.ts';
import { ADDRESS, until } from './shop.ts';
import type { SkippingTemporal } from './time-skipping.ts';

export const RESERVATION_MS = 600_000;
export const STAFF = { requestId: 'r1', requestedBy: 'Anna', reason: 'asked for' };

/** @param temporal returns the environment, which a test file starts before its first test */
export function orderWorkflowSteps(temporal: () => SkippingTemporal) {
  const workflows = () => temporal().env.client.workflow;
  const handleOf = (script: ScriptedOrder) => workflows().getHandle(orderWorkflowId(script.order.orderId));
  return {
    handleOf,

    async scripted(): Promise<ScriptedOrder> {
      const now = await temporal().env.currentTimeMs();
      return new ScriptedOrder(randomUUID(), new Date(now + RESERVATION_MS));
    },

    begin(script: ScriptedOrder): Promise<BeginCheckoutResult> {
      const { orderId, reservationId } = script.order;
      return workflows().executeUpdateWithStart(beginCheckoutUpdate, {
        args: [{ orderId, reservationId, owners: ['cart:x'], userId: null, email: null, shipping_address: ADDRESS }],
        updateId: randomUUID(),
        startWorkflowOperation: new WithStartWorkflowOperation('order', {
          workflowId: orderWorkflowId(orderId),
          taskQueue: 'orders',
          args: [{ orderId }],
          workflowIdConflictPolicy: 'USE_EXISTING',
        }),
      });
    },

    /** Reports the payment as Stripe's webhook does: first recorded, then signaled to the workflow. */
    reportPayment(script: ScriptedOrder, failure?: NewFailure) {
      if (!failure) {
        script.charge();
        script.isRecorded = true;
      } else if (!script.failures.some(({ attemptId }) => attemptId === failure.attemptId))
        script.failures.push(failure);
      return handleOf(script).signal(paymentChangedSignal);
    },

    /** The workflow's result. */
    resultOf: (script: ScriptedOrder): Promise<OrderOutcome> => handleOf(script).result(),

    /** The outcome of the checkout; a paid order's workflow keeps running. */
    settledAs: (script: ScriptedOrder): Promise<unknown> =>
      until(async () => (await handleOf(script).query(orderCaseQuery)).settled, 'the checkout to settle'),

    /** The case as staff see it. */
    details: (script: ScriptedOrder): Promise<string> => detailsOf(handleOf(script)),
  };
}
