import {
  allHandlersFinished,
  condition,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { isUuid } from '../../domain/ids.ts';
import { toDecimal } from '../../domain/money.ts';
import { quickSteps, stripeSteps } from '../shared/activity-options.ts';
import { localSteps, queuedSteps } from '../shared/described-steps.ts';
import { refuse, uncancellable } from '../shared/failures.ts';
import { caseAttributes } from '../shared/search-attributes.ts';
import { RefundCase } from './case.ts';
import {
  type RefundInput,
  type RefundOutcome,
  refundCaseQuery,
  refundChangedSignal,
  requestRefundUpdate,
} from './messages.ts';
import { handleStaffUpdates } from './staff-updates.ts';
import { anAmount, lineList, readWish } from './wish.ts';

const refunds = localSteps(quickSteps);
const payments = queuedSteps(stripeSteps);

const NOT_REQUESTED_TIMEOUT = '1 minute';
/** Stripe tells by webhook how a pending refund ended; should that be lost, it is asked this often. */
const ASK_STRIPE_EVERY = '6 hours';

/**
 * Gives money back: decided under the order's lock, agreed to by a second person where it has to be, sent to Stripe once, and
 * followed until Stripe says how it ended. What Stripe refuses waits for staff.
 */
export function refund(input: RefundInput): Promise<RefundOutcome> {
  return uncancellable(() => followRefund(input));
}

async function followRefund(input: RefundInput): Promise<RefundOutcome> {
  const the = new RefundCase(input);

  setHandler(
    requestRefundUpdate,
    async (request) => {
      const asked = await refunds.requestRefund(request);
      if (asked.outcome === 'accepted') {
        if (!the.refund) the.is(asked.refund);
      } else the.refused(asked.outcome === 'refused' ? asked.message : 'There is no such order.');
      return asked;
    },
    {
      description: 'Asks for the refund. Sent by the shop itself.',
      validator: (request) => {
        if (input.refundId === undefined || request?.refundId !== input.refundId)
          throw refuse('invalid_request', 'This request is for another refund.');
      },
    },
  );
  setHandler(
    refundChangedSignal,
    () => {
      the.news = true;
    },
    { description: 'Stripe’s signed webhook has news of this refund. Sent by the shop itself; harmless to send.' },
  );
  setHandler(refundCaseQuery, () => the.toJSON(), { description: 'The whole case as JSON' });
  handleStaffUpdates(the, refunds);

  if (input.refundId === undefined) await askAtTheForm(the);
  else if (input.resume) await takeUp(the, input.refundId);
  else await condition(() => the.refund !== undefined || the.refusal !== undefined, NOT_REQUESTED_TIMEOUT);

  const outcome = the.refund ? await giveBack(the) : the.refusal ? 'refused' : 'not_requested';
  the.ended(outcome);
  await condition(allHandlersFinished);
  return outcome;
}

async function takeUp(the: RefundCase, refundId: string): Promise<void> {
  const found = await refunds.loadRefund({ refundId });
  if (found) the.is(found);
}

/** Started by support from the UI's own form, with the order's id and whatever else they gave. */
async function askAtTheForm(the: RefundCase): Promise<void> {
  const {
    orderId,
    amount,
    lines,
    reason = 'Asked for in the Temporal UI',
    requestedBy = 'support',
    ...rest
  } = the.input;
  const problem = formProblem(the.input);
  const record = problem ? undefined : await refunds.loadCase({ orderId });
  const wish = record && readWish(record.order, { amount, lines });
  if (problem || !wish || typeof wish === 'string') {
    the.refused(problem ?? (typeof wish === 'string' ? wish : `There is no order ${orderId}.`));
    return;
  }
  const asked = await refunds.requestRefund({
    ...wish,
    orderId,
    // The workflow's own id: one start, one refund.
    requestId: rest.requestId ?? workflowInfo().workflowId,
    requestedBy,
    reason,
    restock: rest.restock ?? false,
    awaitReturn: rest.awaitReturn,
  });
  if (asked.outcome !== 'accepted') {
    the.refused(asked.outcome === 'refused' ? asked.message : `There is no order ${orderId}.`);
    return;
  }
  // Whoever starts a workflow by another way gives these at its start.
  upsertSearchAttributes(
    caseAttributes({
      orderId,
      customerId: record.customer.userId,
      amount: toDecimal(asked.refund.amountCents, asked.refund.currency),
      createdAt: new Date(),
    }),
  );
  the.is(asked.refund);
}

function formProblem({ orderId, amount, lines }: RefundInput): string | undefined {
  if (typeof orderId !== 'string' || !isUuid(orderId))
    return 'Give the order’s id: {"orderId": "0b7f2b9e-5d1c-4a3e-9f60-2f1c8d7e6a55"}.';
  return (amount === undefined ? undefined : anAmount(amount)) ?? (lines === undefined ? undefined : lineList(lines));
}

/** Follows a refund through its states until nothing more can happen to it. */
async function giveBack(the: RefundCase): Promise<RefundOutcome> {
  // What was under way when the workflow began is looked up once, whatever the records say.
  if (the.refund!.stripeRefundId) await askStripe(the);
  for (;;) {
    const { status } = the.refund!;
    if (status === 'succeeded' || status === 'rejected') return status;
    if (status === 'failed') {
      if (the.givenUp) return 'failed';
      await untilStaffDecide(the);
    } else if (status === 'pending') {
      await (the.refund!.stripeRefundId ? untilSettled(the) : send(the));
    } else {
      await condition(() => the.refund!.status !== status);
    }
  }
}

async function send(the: RefundCase): Promise<void> {
  const { refundId, paymentIntentId, amountCents, orderId, attempt } = the.refund!;
  const stripe = await the.trouble.persevere('The refund could not be sent to Stripe', () =>
    payments.refundPayment({ refundId, paymentIntentId, amountCents, orderId, attempt }),
  );
  await book(the, stripe);
}

async function untilSettled(the: RefundCase): Promise<void> {
  await condition(() => the.news, ASK_STRIPE_EVERY, { summary: 'until Stripe says how the refund ended' });
  await askStripe(the);
}

async function askStripe(the: RefundCase): Promise<void> {
  the.news = false;
  const { stripeRefundId } = the.refund!;
  const stripe = await the.trouble.persevere('Stripe could not be asked for the refund', () =>
    payments.retrieveRefund({ stripeRefundId: stripeRefundId! }),
  );
  await book(the, stripe);
}

async function book(the: RefundCase, stripe: Awaited<ReturnType<typeof payments.refundPayment>>): Promise<void> {
  const { refundId } = the.refund!;
  the.is(
    await the.trouble.persevere('The refund could not be booked', () => refunds.recordRefund({ refundId, ...stripe })),
  );
}

/** Stripe, or the bank, refused for good: only a person knows what to do. */
async function untilStaffDecide(the: RefundCase): Promise<void> {
  const why = the.refund!.failureReason?.replaceAll('_', ' ') ?? 'no reason given';
  the.trouble.begin('Stripe did not make the refund', `Its reason: ${why}.`, new Date());
  await condition(() => the.givenUp || the.refund!.status !== 'failed');
  the.trouble.end();
}
