import {
  allHandlersFinished,
  condition,
  continueAsNew,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { StripeRefundState } from '../../activities/payments/refund-state.ts';
import { isUuid } from '../../domain/ids.ts';
import { toDecimal } from '../../domain/money.ts';
import { patientSteps, patientStripeSteps, shortSteps, stripeSteps } from '../shared/activity-options.ts';
import { durableSteps, localSteps, queuedSteps } from '../shared/described-steps.ts';
import { showDetails } from '../shared/details.ts';
import { refuse, uncancellable } from '../shared/failures.ts';
import { untilQuiet } from '../shared/quiet.ts';
import { caseAttributes } from '../shared/search-attributes.ts';
import { aFlag, optional, requiredText } from '../shared/staff.ts';
import { RefundCase } from './case.ts';
import { describeRefund } from './case-details.ts';
import {
  type RefundInput,
  type RefundOutcome,
  refundCaseQuery,
  refundChangedSignal,
  requestRefundUpdate,
} from './messages.ts';
import { handleStaffUpdates } from './staff-updates.ts';
import { anAmount, lineList, readWish } from './wish.ts';

/** Steps for whoever waits for the answer to a message; then those that must succeed. */
const refunds = localSteps(shortSteps);
const durable = durableSteps(refunds, queuedSteps(patientSteps));
const payments = durableSteps(queuedSteps(stripeSteps), queuedSteps(patientStripeSteps));

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
  showDetails(() => describeRefund(the));
  let requests = 0;

  setHandler(
    requestRefundUpdate,
    async (request) => {
      requests += 1;
      const asked = await refunds.requestRefund(request);
      if (asked.outcome === 'accepted') {
        if (!the.refund) the.is(asked.refund);
      } else if (!the.refund) the.refused(asked.outcome === 'refused' ? asked.message : 'There is no such order.');
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
    {
      description: 'The refund’s record has changed, or Stripe has news of it: both are read again. Harmless to send.',
    },
  );
  setHandler(refundCaseQuery, () => the.toJSON(), { description: 'The whole case as JSON' });
  handleStaffUpdates(the, refunds);

  if (input.refundId === undefined) await askAtTheForm(the);
  else if (input.resume) await reload(the, input.refundId);
  else {
    await condition(() => requests > 0, NOT_REQUESTED_TIMEOUT);
    // A request at work is waited for: a refund that it makes must not be left alone.
    await condition(() => the.refund !== undefined || allHandlersFinished());
  }

  for (;;) {
    const outcome = the.refund ? await giveBack(the) : the.refusal ? 'refused' : 'not_requested';
    the.ended(outcome);
    const openingUpdates = input.resume || input.refundId === undefined ? 0 : 1;
    await untilQuiet({ openingUpdates, hasNews: () => the.refund !== undefined && the.news });
    // What came in the meantime is not lost with the workflow.
    if (!the.refund || !the.news) return outcome;
    await reload(the, the.refund.refundId);
  }
}

async function reload(the: RefundCase, refundId: string): Promise<void> {
  the.news = false;
  const found = await the.trouble.persevere('The refund could not be read', durable.loadRefund({ refundId }));
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
  const load = () => the.trouble.persevere('The order could not be read', durable.loadCase({ orderId }));
  const record = problem ? undefined : await load();
  const wish = record && readWish(record.order, { amount, lines });
  if (problem || !wish || typeof wish === 'string') {
    the.refused(problem ?? (typeof wish === 'string' ? wish : `There is no order ${orderId}.`));
    return;
  }
  const step = durable.requestRefund({
    ...wish,
    orderId,
    // The workflow's own id: one start, one refund.
    requestId: rest.requestId ?? workflowInfo().workflowId,
    requestedBy,
    reason,
    restock: rest.restock ?? false,
    awaitReturn: rest.awaitReturn ?? undefined,
  });
  const asked = await the.trouble.persevere('The request could not be recorded', step);
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

function formProblem({ orderId, amount, lines, restock, awaitReturn, ...rest }: RefundInput): string | undefined {
  if (typeof orderId !== 'string' || !isUuid(orderId))
    return 'Give the order’s id: {"orderId": "0b7f2b9e-5d1c-4a3e-9f60-2f1c8d7e6a55"}.';
  const { requestId, requestedBy, reason } = rest;
  const texts = { requestId, requestedBy, reason };
  const checks = [
    optional(anAmount)(amount),
    optional(lineList)(lines),
    optional(aFlag('restock'))(restock),
    optional(aFlag('awaitReturn'))(awaitReturn),
    ...Object.entries(texts).map(([name, text]) =>
      optional(requiredText(`“${name}”`, name === 'reason' ? 500 : 100))(text),
    ),
  ];
  return checks.find((problem) => problem !== undefined);
}

/** Follows a refund through its states until nothing more can happen to it. */
async function giveBack(the: RefundCase): Promise<RefundOutcome> {
  // What was under way when the workflow began is looked up once, whatever the records say.
  if (the.refund!.stripeRefundId) await askStripe(the);
  for (;;) {
    const { status, refundId, stripeRefundId } = the.refund!;
    if (status === 'succeeded' && the.news && stripeRefundId) {
      // A bank can refuse after Stripe has reported success.
      await askStripe(the);
      continue;
    }
    if (status === 'succeeded' || status === 'rejected') return status;
    if (the.news) {
      await reload(the, refundId);
      if (the.refund!.status === 'pending' && the.refund!.stripeRefundId) await askStripe(the);
      continue;
    }
    if (workflowInfo().continueAsNewSuggested && allHandlersFinished()) await continueFrom(the);
    if (status === 'failed') {
      if (the.refund!.isGivenUp) return 'failed';
      await untilStaffDecide(the);
    } else if (status === 'pending') {
      await (stripeRefundId ? untilSettled(the) : send(the));
    } else {
      await condition(() => the.refund!.status !== status || the.news);
    }
  }
}

/** A new run with a short history: everything that it must know is in the database. */
function continueFrom(the: RefundCase): Promise<never> {
  const { orderId, refundId } = the.refund!;
  return continueAsNew<(input: RefundInput) => Promise<RefundOutcome>>({ orderId, refundId, resume: true });
}

async function send(the: RefundCase): Promise<void> {
  const { refundId, paymentIntentId, amountCents, currency, orderId, attempt } = the.refund!;
  const stripe = await the.trouble.persevere(
    'The refund could not be sent to Stripe',
    payments.refundPayment({ refundId, paymentIntentId, amountCents, currency, orderId, attempt }),
  );
  await book(the, attempt, stripe);
}

async function untilSettled(the: RefundCase): Promise<void> {
  await condition(() => the.news, ASK_STRIPE_EVERY, { summary: 'until Stripe says how the refund ended' });
  if (!the.news) await askStripe(the);
}

async function askStripe(the: RefundCase): Promise<void> {
  the.news = false;
  const { attempt } = the.refund!;
  const stripeRefundId = the.refund!.stripeRefundId!;
  const stripe = await the.trouble.persevere(
    'Stripe could not be asked for the refund',
    payments.retrieveRefund({ stripeRefundId }),
  );
  await book(the, attempt, stripe);
}

async function book(the: RefundCase, attempt: number, stripe: StripeRefundState): Promise<void> {
  const { refundId } = the.refund!;
  the.is(
    await the.trouble.persevere(
      'The refund could not be booked',
      durable.recordRefund({ refundId, attempt, ...stripe }),
    ),
  );
}

/** Stripe, or the bank, refused for good: only a person knows what to do. */
async function untilStaffDecide(the: RefundCase): Promise<void> {
  const why = the.refund!.failureReason?.replaceAll('_', ' ') ?? 'no reason given';
  const { updatedAt } = the.refund!;
  const stuck = the.trouble.begin('Stripe did not make the refund', `Its reason: ${why}.`, new Date(updatedAt));
  await condition(() => the.refund!.isGivenUp || the.refund!.status !== 'failed' || the.news);
  the.trouble.end(stuck);
}
