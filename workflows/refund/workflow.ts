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
import { refuse, uncancelable } from '../shared/failures.ts';
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
import { DECISIONS, handleStaffUpdates } from './staff-updates.ts';
import { anAmount, lineList, readWish } from './wish.ts';

/** For whoever waits for the answer to a message: a few attempts in the workflow's own task. */
const short = localSteps(shortSteps, ['requestRefund', ...DECISIONS]);

const RECORDS = ['loadCase', 'loadRefund', 'recordRefund', 'requestRefund'] as const;
/** What must succeed: short attempts, then patient ones. */
const durable = durableSteps(localSteps(shortSteps, RECORDS), queuedSteps(patientSteps, RECORDS));

const PAYMENTS = ['refundPayment', 'retrieveRefund'] as const;
/** Calls to Stripe that must succeed. */
const durableStripe = durableSteps(queuedSteps(stripeSteps, PAYMENTS), queuedSteps(patientStripeSteps, PAYMENTS));

const NOT_REQUESTED_TIMEOUT = '1 minute';
/** Stripe tells by webhook how a pending refund ended; should that be lost, it is asked this often. */
const ASK_STRIPE_EVERY = '6 hours';

/**
 * Gives money back: decided under the order's lock, agreed to by a second person where it has to be, sent to Stripe once, and
 * followed until Stripe says how it ended. What Stripe refuses waits for staff.
 */
export function refund(input: RefundInput): Promise<RefundOutcome> {
  return uncancelable(() => followRefund(input));
}

async function followRefund(input: RefundInput): Promise<RefundOutcome> {
  const refund = new RefundCase(input);
  showDetails(() => describeRefund(refund));
  let requests = 0;

  setHandler(
    requestRefundUpdate,
    async (request) => {
      requests += 1;
      const asked = await short.requestRefund(request);
      if (asked.outcome === 'accepted') {
        if (!refund.facts) refund.apply(asked.refund);
      } else if (!refund.facts) refund.markRefused(asked.outcome === 'refused' ? asked.message : 'Order not found.');
      return asked;
    },
    {
      description: 'Requests the refund. Sent by the API; do not send it yourself.',
      validator: (request) => {
        if (input.refundId === undefined || request?.refundId !== input.refundId)
          throw refuse('invalid_request', 'This request is for a different refund.');
      },
    },
  );
  setHandler(
    refundChangedSignal,
    () => {
      refund.news = true;
    },
    {
      description: 'The refund changed; reloads it from the database and Stripe. Safe to send.',
    },
  );
  setHandler(refundCaseQuery, () => refund.toJSON(), { description: 'The complete case as JSON' });
  handleStaffUpdates(refund, short);

  if (input.refundId === undefined) await askAtTheForm(refund);
  else if (input.resume) await reload(refund, input.refundId);
  else {
    await condition(() => requests > 0, NOT_REQUESTED_TIMEOUT);
    // A request at work is waited for: a refund that it makes must not be left alone.
    await condition(() => refund.facts !== undefined || allHandlersFinished());
  }

  for (;;) {
    const outcome = refund.facts ? await executeRefund(refund) : refund.refusal ? 'refused' : 'not_requested';
    refund.markEnded(outcome);
    const openingUpdates = input.resume || input.refundId === undefined ? 0 : 1;
    await untilQuiet({ openingUpdates, hasNews: () => refund.facts !== undefined && refund.news });
    // What came in the meantime is not lost with the workflow.
    if (!refund.facts || !refund.news) return outcome;
    await reload(refund, refund.facts.refundId);
  }
}

async function reload(refund: RefundCase, refundId: string): Promise<void> {
  refund.news = false;
  const found = await refund.stuck.retry('The refund could not be read', durable.loadRefund({ refundId }));
  if (found) refund.apply(found);
}

/** Started by support from the UI's own form, with the order's id and whatever else they gave. */
async function askAtTheForm(refund: RefundCase): Promise<void> {
  const {
    orderId,
    amount,
    lines,
    reason = 'Requested in the Temporal UI',
    requestedBy = 'support',
    ...rest
  } = refund.input;
  const problem = formProblem(refund.input);
  const load = () => refund.stuck.retry('The order could not be read', durable.loadCase({ orderId }));
  const record = problem ? undefined : await load();
  const wish = record && readWish(record.order, { amount, lines });
  if (problem || !wish || typeof wish === 'string') {
    refund.markRefused(problem ?? (typeof wish === 'string' ? wish : `Order ${orderId} was not found.`));
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
  const asked = await refund.stuck.retry('The request could not be recorded', step);
  if (asked.outcome !== 'accepted') {
    refund.markRefused(asked.outcome === 'refused' ? asked.message : `Order ${orderId} was not found.`);
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
  refund.apply(asked.refund);
}

function formProblem({ orderId, amount, lines, restock, awaitReturn, ...rest }: RefundInput): string | undefined {
  if (typeof orderId !== 'string' || !isUuid(orderId))
    return 'Enter the order ID: {"orderId": "0b7f2b9e-5d1c-4a3e-9f60-2f1c8d7e6a55"}.';
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
async function executeRefund(refund: RefundCase): Promise<RefundOutcome> {
  // What was under way when the workflow began is looked up once, whatever the records say.
  if (refund.facts!.stripeRefundId) await askStripe(refund);
  for (;;) {
    const { status, refundId, stripeRefundId } = refund.facts!;
    if (status === 'succeeded' && refund.news && stripeRefundId) {
      // A bank can refuse after Stripe has reported success.
      await askStripe(refund);
      continue;
    }
    if (status === 'succeeded' || status === 'rejected') return status;
    if (refund.news) {
      await reload(refund, refundId);
      if (refund.facts!.status === 'pending' && refund.facts!.stripeRefundId) await askStripe(refund);
      continue;
    }
    if (workflowInfo().continueAsNewSuggested && allHandlersFinished()) await continueFrom(refund);
    if (status === 'failed') {
      if (refund.facts!.isGivenUp) return 'failed';
      await untilStaffDecide(refund);
    } else if (status === 'pending') {
      await (stripeRefundId ? untilFinished(refund) : send(refund));
    } else {
      await condition(() => refund.facts!.status !== status || refund.news);
    }
  }
}

/** A new run with a short history: everything that it must know is in the database. */
function continueFrom(refund: RefundCase): Promise<never> {
  const { orderId, refundId } = refund.facts!;
  return continueAsNew<(input: RefundInput) => Promise<RefundOutcome>>({ orderId, refundId, resume: true });
}

async function send(refund: RefundCase): Promise<void> {
  const { refundId, paymentIntentId, amountCents, currency, orderId, attempt } = refund.facts!;
  const stripe = await refund.stuck.retry(
    'The refund could not be sent to Stripe',
    durableStripe.refundPayment({ refundId, paymentIntentId, amountCents, currency, orderId, attempt }),
  );
  await book(refund, attempt, stripe);
}

async function untilFinished(refund: RefundCase): Promise<void> {
  await condition(() => refund.news, ASK_STRIPE_EVERY, { summary: 'until Stripe reports the outcome of the refund' });
  if (!refund.news) await askStripe(refund);
}

async function askStripe(refund: RefundCase): Promise<void> {
  refund.news = false;
  const { attempt } = refund.facts!;
  const stripeRefundId = refund.facts!.stripeRefundId!;
  const stripe = await refund.stuck.retry(
    'The refund could not be read from Stripe',
    durableStripe.retrieveRefund({ stripeRefundId }),
  );
  await book(refund, attempt, stripe);
}

async function book(refund: RefundCase, attempt: number, stripe: StripeRefundState): Promise<void> {
  const { refundId } = refund.facts!;
  refund.apply(
    await refund.stuck.retry(
      'The refund could not be recorded',
      durable.recordRefund({ refundId, attempt, ...stripe }),
    ),
  );
}

/** Stripe, or the bank, refused for good: only a person knows what to do. */
async function untilStaffDecide(refund: RefundCase): Promise<void> {
  const why = refund.facts!.failureReason?.replaceAll('_', ' ') ?? 'no reason given';
  const { updatedAt } = refund.facts!;
  const stuck = refund.stuck.begin('The refund failed at Stripe', `Reason: ${why}.`, new Date(updatedAt));
  await condition(() => refund.facts!.isGivenUp || refund.facts!.status !== 'failed' || refund.news);
  refund.stuck.end(stuck);
}
