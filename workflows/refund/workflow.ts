import { allHandlersFinished, condition, continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import type { StripeRefundState } from '../../activities/payments/refund-state.ts';
import { patientSteps, patientStripeSteps, shortSteps, stripeSteps } from '../shared/activity-options.ts';
import { durableSteps, localSteps, queuedSteps } from '../shared/described-steps.ts';
import { showDetails } from '../shared/details.ts';
import { refuse, uncancelable } from '../shared/failures.ts';
import { untilQuiet } from '../shared/quiet.ts';
import { requireForm } from '../shared/start-form.ts';
import { RefundCase } from './case.ts';
import { describeRefund } from './case-details.ts';
import { REFUND_FORM, readForm } from './form.ts';
import {
  type RefundInput,
  type RefundOutcome,
  type RefusedForm,
  refundCaseQuery,
  refundChangedSignal,
  refundWorkflowId,
  requestRefundUpdate,
} from './messages.ts';
import { DECISIONS, handleStaffUpdates } from './staff-updates.ts';

/** Steps of update handlers, whose caller waits for the response: a few attempts in the workflow's own task. */
const short = localSteps(shortSteps, ['requestRefund', ...DECISIONS]);

const RECORDS = ['loadCase', 'loadRefund', 'recordRefund', 'requestRefund'] as const;
/** Steps that must succeed: short attempts, then patient ones. */
const durable = durableSteps(localSteps(shortSteps, RECORDS), queuedSteps(patientSteps, RECORDS));

const PAYMENTS = ['refundPayment', 'retrieveRefund'] as const;
/** Calls to Stripe that must succeed. */
const durableStripe = durableSteps(queuedSteps(stripeSteps, PAYMENTS), queuedSteps(patientStripeSteps, PAYMENTS));

const NOT_REQUESTED_TIMEOUT = '1 minute';
/** Stripe reports the outcome of a pending refund by webhook; in case that is lost, the refund is read from Stripe this often. */
const CHECK_STRIPE_EVERY = '6 hours';

/**
 * Makes one refund: decided under the order's lock, approved by a second person where required, sent to Stripe once, and
 * followed until Stripe reports its outcome. A refund that Stripe refuses waits for staff.
 */
export async function refund(input: RefundInput): Promise<RefundOutcome | RefusedForm> {
  // The shop's own starts have an ID that names the order; one by staff must not pose as such.
  const isOwn =
    typeof input?.orderId === 'string' && workflowInfo().workflowId.startsWith(refundWorkflowId(input.orderId, ''));
  if (!isOwn || input.refundId === undefined) requireForm(input, REFUND_FORM);
  return uncancelable(() => followRefund(input));
}

async function followRefund(input: RefundInput): Promise<RefundOutcome | RefusedForm> {
  const refund = new RefundCase(input);
  showDetails(() => describeRefund(refund));
  let requests = 0;

  setHandler(
    requestRefundUpdate,
    async (request) => {
      requests += 1;
      const requested = await short.requestRefund(request);
      if (requested.outcome === 'accepted') {
        if (!refund.facts) refund.apply(requested.refund);
      } else if (!refund.facts)
        refund.markRefused(requested.outcome === 'refused' ? requested.message : 'Order not found.');
      return requested;
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

  if (input.refundId === undefined) await requestFromForm(refund);
  else if (input.resume) await reload(refund, input.refundId);
  else {
    await condition(() => requests > 0, NOT_REQUESTED_TIMEOUT);
    // Wait for every running request, since the workflow must follow a refund that one of them creates.
    await condition(() => refund.facts !== undefined || allHandlersFinished());
  }

  for (;;) {
    const outcome = refund.facts ? await executeRefund(refund) : refund.refusal ? 'refused' : 'not_requested';
    refund.markEnded(outcome);
    const openingUpdates = input.resume || input.refundId === undefined ? 0 : 1;
    await untilQuiet({ openingUpdates, hasNews: () => refund.facts !== undefined && refund.news });
    // A signal that arrived in the meantime must not be lost.
    if (!refund.facts && refund.refusal && input.refundId === undefined) return `Refused: ${refund.refusal}`;
    if (!refund.facts || !refund.news) return outcome;
    await reload(refund, refund.facts.refundId);
  }
}

async function reload(refund: RefundCase, refundId: string): Promise<void> {
  refund.news = false;
  const found = await refund.stuck.retry('The refund could not be read', durable.loadRefund({ refundId }));
  if (!found) return;
  refund.emailHash = found.emailHash;
  refund.apply(found);
}

/** Requests the refund that support staff entered in the Temporal UI's start form. */
async function requestFromForm(refund: RefundCase): Promise<void> {
  const {
    orderId,
    all,
    amount,
    lines,
    reason = 'Requested in the Temporal UI',
    requestedBy = 'support',
    ...rest
  } = refund.input;
  const load = () => refund.stuck.retry('The order could not be read', durable.loadCase({ orderId }));
  const record = await load();
  const form = record && readForm(record.order, { all, amount, lines });
  if (!form || typeof form === 'string') {
    refund.markRefused(form ?? `Order ${orderId} was not found.`);
    return;
  }
  const step = durable.requestRefund({
    ...form,
    orderId,
    // The workflow ID as the request ID makes one refund per start.
    requestId: rest.requestId ?? workflowInfo().workflowId,
    requestedBy,
    reason,
    restock: rest.restock ?? false,
    awaitReturn: rest.awaitReturn ?? undefined,
  });
  const requested = await refund.stuck.retry('The request could not be recorded', step);
  if (requested.outcome !== 'accepted') {
    refund.markRefused(requested.outcome === 'refused' ? requested.message : `Order ${orderId} was not found.`);
    return;
  }
  refund.emailHash = record.emailHash;
  refund.apply(requested.refund);
}

/** Follows a refund through its states until nothing more can happen to it. */
async function executeRefund(refund: RefundCase): Promise<RefundOutcome> {
  // A resumed run reads the refund from Stripe once, whatever the database says.
  if (refund.facts!.stripeRefundId) await checkStripe(refund);
  for (;;) {
    const { status, refundId, stripeRefundId } = refund.facts!;
    if (status === 'succeeded' && refund.news && stripeRefundId) {
      // A bank can refuse a refund after Stripe has reported success.
      await checkStripe(refund);
      continue;
    }
    if (status === 'succeeded' || status === 'rejected' || status === 'withdrawn') return status;
    if (refund.news) {
      await reload(refund, refundId);
      if (refund.facts!.status === 'pending' && refund.facts!.stripeRefundId) await checkStripe(refund);
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

/** Continues as a new run with a short history; everything that it needs is in the database. */
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
  await recordState(refund, attempt, stripe);
}

async function untilFinished(refund: RefundCase): Promise<void> {
  await condition(() => refund.news, CHECK_STRIPE_EVERY, { summary: 'until Stripe reports the outcome of the refund' });
  if (!refund.news) await checkStripe(refund);
}

async function checkStripe(refund: RefundCase): Promise<void> {
  refund.news = false;
  const { attempt } = refund.facts!;
  const stripeRefundId = refund.facts!.stripeRefundId!;
  const stripe = await refund.stuck.retry(
    'The refund could not be read from Stripe',
    durableStripe.retrieveRefund({ stripeRefundId }),
  );
  await recordState(refund, attempt, stripe);
}

async function recordState(refund: RefundCase, attempt: number, stripe: StripeRefundState): Promise<void> {
  const { refundId } = refund.facts!;
  refund.apply(
    await refund.stuck.retry(
      'The refund could not be recorded',
      durable.recordRefund({ refundId, attempt, ...stripe }),
    ),
  );
}

/** Stripe or the bank refused the refund permanently, so a person has to decide. */
async function untilStaffDecide(refund: RefundCase): Promise<void> {
  const why = refund.facts!.failureReason?.replaceAll('_', ' ') ?? 'no reason given';
  const { updatedAt } = refund.facts!;
  const stuck = refund.stuck.begin('The refund failed at Stripe', `Reason: ${why}.`, new Date(updatedAt), true);
  await condition(() => refund.facts!.isGivenUp || refund.facts!.status !== 'failed' || refund.news);
  refund.stuck.end(stuck);
}
