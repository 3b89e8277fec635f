import {
  allHandlersFinished,
  condition,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import type { Activities } from '../../activities/index.ts';
import { formatMoney } from '../../domain/money.ts';
import { quickSteps, stripeSteps } from '../shared/activity-options.ts';
import { refuse } from '../shared/failures.ts';
import {
  type RefundFacts,
  type RefundInput,
  type RefundOutcome,
  type RequestedRefund,
  refundCaseQuery,
  refundChangedSignal,
  requestRefundUpdate,
} from './messages.ts';

const refunds = proxyLocalActivities<Activities>(quickSteps);
const payments = proxyActivities<Activities>(stripeSteps);

const NOT_REQUESTED_TIMEOUT = '1 minute';
/** Stripe tells by webhook how a pending refund ended; should that be lost, it is asked this often. */
const ASK_STRIPE_EVERY = '6 hours';

/** Gives money back: decided under the order's lock, sent to Stripe once, followed until Stripe says how it ended. */
export async function refund(input: RefundInput): Promise<RefundOutcome> {
  let asked: RequestedRefund | undefined;
  let current: RefundFacts | undefined;
  let news = false;

  setHandler(
    requestRefundUpdate,
    async (request) => {
      asked = await refunds.requestRefund(request);
      if (asked.outcome === 'accepted') current ??= asked.refund;
      return asked;
    },
    {
      description: 'Asks for the refund. Sent by the API.',
      validator: (request) => {
        if (request.refundId !== input.refundId) throw refuse('invalid_request', 'This request is for another refund.');
      },
    },
  );
  setHandler(
    refundChangedSignal,
    () => {
      news = true;
    },
    { description: 'Stripe’s signed webhook has news of this refund. Sent by the API.' },
  );
  setHandler(refundCaseQuery, () => ({ ...input, refund: current, asked: asked?.outcome }), {
    description: 'The whole case as JSON',
  });

  if (input.resume) current = (await refunds.loadRefund({ refundId: input.refundId })) ?? undefined;
  else await condition(() => asked !== undefined, NOT_REQUESTED_TIMEOUT);
  setCurrentDetails(describe(input, current));

  const outcome = current ? await giveBack(current) : asked ? 'refused' : 'not_requested';
  await condition(allHandlersFinished);
  return outcome;

  async function giveBack(started: RefundFacts): Promise<RefundOutcome> {
    const settle = async (stripe: Awaited<ReturnType<typeof payments.refundPayment>>) => {
      current = await refunds.recordRefund({ refundId: started.refundId, ...stripe });
      setCurrentDetails(describe(input, current));
    };
    if (started.stripeRefundId) await settle(await payments.retrieveRefund({ stripeRefundId: started.stripeRefundId }));
    else if (started.status === 'pending') {
      const { refundId, paymentIntentId, amountCents, orderId } = started;
      await settle(await payments.refundPayment({ refundId, paymentIntentId, amountCents, orderId }));
    }
    while (current!.status === 'pending') {
      await condition(() => news, ASK_STRIPE_EVERY, { summary: 'until Stripe says how the refund ended' });
      news = false;
      await settle(await payments.retrieveRefund({ stripeRefundId: current!.stripeRefundId! }));
    }
    return current!.status === 'succeeded' ? 'succeeded' : 'failed';
  }
}

function describe(input: RefundInput, refund: RefundFacts | undefined): string {
  if (!refund) return `### Refund of order ${input.orderId}\n\nNothing was refunded.`;
  return [
    `### Refund of order ${refund.orderId}`,
    `**${formatMoney(refund.amountCents, refund.currency)}** — ${refund.status}`,
    `- Reason: ${refund.reason}\n- Payment: \`${refund.paymentIntentId}\`\n- Stripe refund: ${refund.stripeRefundId ?? 'not made yet'}`,
  ].join('\n\n');
}
