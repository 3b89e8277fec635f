import { allHandlersFinished, condition, continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import type { StripeRefundState } from '../../activities/payments/refund-state.ts';
import type { UnmatchedPayment } from '../../activities/payments/unmatched-payments.ts';
import { uiActor } from '../../domain/identity.ts';
import { toDecimal } from '../../domain/money.ts';
import { patientSteps, patientStripeSteps, shortSteps, stripeSteps } from '../shared/activity-options.ts';
import { durableSteps, localSteps, queuedSteps } from '../shared/described-steps.ts';
import { showDetails } from '../shared/details.ts';
import { uncancelable } from '../shared/failures.ts';
import { untilQuiet } from '../shared/quiet.ts';
import { RETRY_FIELDS, requireStopped } from '../shared/retry-update.ts';
import { caseAttributes } from '../shared/search-attributes.ts';
import { showAttributes } from '../shared/show-attributes.ts';
import { checkRequest, describeUpdate } from '../shared/staff.ts';
import { requireOwnStart } from '../shared/start-form.ts';
import { StuckSteps } from '../shared/stuck-steps.ts';
import { describeUnmatchedPayment } from './case-details.ts';
import {
  retryUnmatchedRefundUpdate,
  type UnmatchedPaymentInput,
  type UnmatchedPaymentOutcome,
  unmatchedPaymentCaseQuery,
  unmatchedPaymentWorkflowId,
  unmatchedRefundChangedSignal,
} from './messages.ts';

const short = localSteps(shortSteps, ['recordRequest']);
const RECORDS = ['loadUnmatchedPayment', 'recordUnmatchedRefund'] as const;
const durable = durableSteps(localSteps(shortSteps, RECORDS), queuedSteps(patientSteps, RECORDS));
const PAYMENTS = ['retrieveRefund', 'refundUnmatchedPayment', 'findUnmatchedRefund'] as const;
const durableStripe = durableSteps(queuedSteps(stripeSteps, PAYMENTS), queuedSteps(patientStripeSteps, PAYMENTS));

/** Stripe reports the outcome of a pending refund by webhook; in case that is lost, the refund is read from Stripe this often. */
const CHECK_STRIPE_EVERY = '6 hours';
/** Waits before a refund that Stripe refused is sent again, in turn; the last wait repeats. */
const RETRY_AFTER_MS = [1, 6, 24].map((hours) => hours * 3_600_000);
const EXAMPLE = { requestId: 'case-4711', requestedBy: 'Anna', reason: 'Stripe balance was topped up' };

/** Refunds in full a payment that names an order but can't pay it, and follows the refund until it succeeds. */
export async function unmatchedPayment(input: UnmatchedPaymentInput): Promise<UnmatchedPaymentOutcome> {
  requireOwnStart(
    input,
    ({ paymentIntentId }) => paymentIntentId && unmatchedPaymentWorkflowId(paymentIntentId),
    'It finds unmatched payments and refunds them.',
  );
  return uncancelable(() => refundPayment(input));
}

async function refundPayment({ orderId, paymentIntentId }: UnmatchedPaymentInput): Promise<UnmatchedPaymentOutcome> {
  let payment: UnmatchedPayment | undefined;
  let outcome: UnmatchedPaymentOutcome | undefined;
  let hasNews = false;
  let isRetryRequested = false;
  /** When Stripe first refused to refund it. */
  let stoppedAt: Date | undefined;
  const stuck = new StuckSteps();
  const facts = () => ({ orderId, paymentIntentId, payment, outcome, stopped: stuck.current });
  showDetails(() => describeUnmatchedPayment(facts()));

  setHandler(
    unmatchedRefundChangedSignal,
    () => {
      hasNews = true;
    },
    { description: 'Stripe reported a refund event; reloads the refund from Stripe. Safe to send.' },
  );
  setHandler(
    retryUnmatchedRefundUpdate,
    async ({ requestId, requestedBy, reason, onlyOutages }) => {
      const retried = stuck.current?.what ?? 'the refund';
      const event = { orderId, requestId, type: 'retry_requested' as const, reason, actor: uiActor(requestedBy) };
      await short.recordRequest({ ...event, message: `Retry requested: ${retried}` });
      isRetryRequested ||= !onlyOutages;
      stuck.retryNow();
      return { retried };
    },
    {
      description: describeUpdate('Retries the stopped step now. Send it once the cause is fixed.', EXAMPLE),
      validator: (request) => {
        checkRequest(request, EXAMPLE, RETRY_FIELDS);
        requireStopped(stuck, request);
      },
    },
  );
  setHandler(unmatchedPaymentCaseQuery, facts, { description: 'The complete case as JSON' });

  for (;;) {
    const found = await stuck.retry('The payment could not be read', durable.loadUnmatchedPayment({ paymentIntentId }));
    payment = found ?? undefined;
    if (payment) {
      const amount = toDecimal(payment.amountCents, payment.currency);
      showAttributes(caseAttributes({ ...payment, orderId, amount, createdAt: new Date(payment.receivedAt) }));
    }
    outcome = payment ? await untilRefunded(payment) : 'settled';
    await untilQuiet({ hasNews: () => hasNews });
    // A signal that arrived in the meantime must not be lost.
    if (!payment?.stripeRefundId || !hasNews) return outcome;
    outcome = undefined;
  }

  async function untilRefunded(current: UnmatchedPayment): Promise<UnmatchedPaymentOutcome> {
    const record = async (attempt: number, refund: StripeRefundState) => {
      const step = durable.recordUnmatchedRefund({ paymentIntentId, attempt, ...refund });
      payment = await stuck.retry('The refund could not be recorded', step);
      return payment;
    };
    const checkStripe = async (attempt: number, stripeRefundId: string) => {
      hasNews = false;
      const step = durableStripe.retrieveRefund({ stripeRefundId });
      return record(attempt, await stuck.retry('The refund could not be read from Stripe', step));
    };
    let seen = current;
    // The workflow may have been started again for an event: a bank can refuse a refund that Stripe had reported as succeeded.
    if (seen.stripeRefundId && seen.refundStatus !== 'failed')
      seen = await checkStripe(seen.attempt, seen.stripeRefundId);
    for (;;) {
      if (seen.refundStatus === 'succeeded') return seen.stripeRefundId ? 'refunded' : 'settled';
      if (workflowInfo().continueAsNewSuggested && allHandlersFinished())
        await continueAsNew<typeof unmatchedPayment>({ orderId, paymentIntentId });
      const { attempt, stripeRefundId } = seen;
      if (seen.refundStatus === 'pending' && stripeRefundId) {
        await condition(() => hasNews, CHECK_STRIPE_EVERY, {
          summary: 'until Stripe reports the outcome of the refund',
        });
        seen = await checkStripe(attempt, stripeRefundId);
        continue;
      }
      if (seen.refundStatus === 'failed') {
        const found = await untilRetry(seen);
        if (found) {
          seen = await record(attempt, found);
          continue;
        }
      }
      const step = durableStripe.refundUnmatchedPayment({ paymentIntentId, attempt });
      seen = await record(attempt, await stuck.retry('The refund could not be sent to Stripe', step));
    }
  }

  /**
   * Stripe or the bank refused the refund: staff see it, and it is sent again automatically after a wait.
   * @returns the refund that was made in the meantime, such as one in the Stripe Dashboard; undefined when it should be sent again
   */
  async function untilRetry({ refundFailure, attempt }: UnmatchedPayment): Promise<StripeRefundState | undefined> {
    const why = `Reason: ${refundFailure?.replaceAll('_', ' ') ?? 'none given'}.`;
    stoppedAt ??= new Date();
    const refusal = stuck.begin('The refund failed at Stripe', why, stoppedAt, true);
    const retryAt = Date.now() + RETRY_AFTER_MS[Math.max(0, Math.min(attempt - 2, RETRY_AFTER_MS.length - 1))]!;
    isRetryRequested = false;
    let found: StripeRefundState | null = null;
    while (!found) {
      const waitMs = Math.max(0, retryAt - Date.now());
      await condition(() => isRetryRequested || hasNews, waitMs, { summary: 'until the refund is retried' });
      // An event alone does not send the refund again, since the refusal itself causes one.
      if (!hasNews || isRetryRequested) break;
      hasNews = false;
      const step = durableStripe.findUnmatchedRefund({ paymentIntentId });
      found = await stuck.retry('The payment could not be read from Stripe', step);
    }
    stuck.end(refusal);
    return found ?? undefined;
  }
}
