import {
  allHandlersFinished,
  condition,
  continueAsNew,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { StripeRefundState } from '../../activities/payments/refund-state.ts';
import type { UnmatchedPayment } from '../../activities/payments/unmatched-payments.ts';
import { uiActor } from '../../domain/identity.ts';
import { toDecimal } from '../../domain/money.ts';
import { patientSteps, patientStripeSteps, shortSteps, stripeSteps } from '../shared/activity-options.ts';
import { durableSteps, localSteps, queuedSteps } from '../shared/described-steps.ts';
import { showDetails } from '../shared/details.ts';
import { refuse, uncancelable } from '../shared/failures.ts';
import { untilQuiet } from '../shared/quiet.ts';
import { caseAttributes } from '../shared/search-attributes.ts';
import { checkRequest, describeUpdate } from '../shared/staff.ts';
import { StuckSteps } from '../shared/stuck-steps.ts';
import { describeUnmatchedPayment } from './case-details.ts';
import {
  retryUnmatchedRefundUpdate,
  type UnmatchedPaymentInput,
  type UnmatchedPaymentOutcome,
  unmatchedPaymentCaseQuery,
  unmatchedRefundChangedSignal,
} from './messages.ts';

const short = localSteps(shortSteps, ['recordAsked']);
const RECORDS = ['loadUnmatchedPayment', 'recordUnmatchedRefund'] as const;
const durable = durableSteps(localSteps(shortSteps, RECORDS), queuedSteps(patientSteps, RECORDS));
const PAYMENTS = ['retrieveRefund', 'refundUnmatchedPayment', 'findUnmatchedRefund'] as const;
const durableStripe = durableSteps(queuedSteps(stripeSteps, PAYMENTS), queuedSteps(patientStripeSteps, PAYMENTS));

/** Stripe notifies by webhook how a pending refund ended; should that be lost, it is asked this often. */
const CHECK_STRIPE_EVERY = '6 hours';
/** Waits before a refund that Stripe refused is sent again, in turn; the last one stays. */
const RETRY_AFTER_MS = [1, 6, 24].map((hours) => hours * 3_600_000);
const EXAMPLE = { requestId: 'case-4711', requestedBy: 'Anna', reason: 'Stripe balance was topped up' };

/** Sends a payment back in full that names an order and can't pay it, and stays until the money is back. */
export function unmatchedPayment(input: UnmatchedPaymentInput): Promise<UnmatchedPaymentOutcome> {
  return uncancelable(() => refundPayment(input));
}

async function refundPayment({ orderId, paymentIntentId }: UnmatchedPaymentInput): Promise<UnmatchedPaymentOutcome> {
  let payment: UnmatchedPayment | undefined;
  let outcome: UnmatchedPaymentOutcome | undefined;
  let hasNews = false;
  let isRetryAsked = false;
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
    async ({ requestId, requestedBy, reason }) => {
      const retried = stuck.current?.what ?? 'the refund';
      const asked = { orderId, requestId, type: 'retry_asked' as const, reason, actor: uiActor(requestedBy) };
      await short.recordAsked({ ...asked, message: `Retry requested: ${retried}` });
      isRetryAsked = true;
      stuck.retryNow();
      return { retried };
    },
    {
      description: describeUpdate('Retries the stopped step now. Send it once the cause is fixed.', EXAMPLE),
      validator: (request) => {
        checkRequest(request, EXAMPLE);
        if (!stuck.current) throw refuse('conflict', 'Nothing has stopped, so there is nothing to retry.');
      },
    },
  );
  setHandler(unmatchedPaymentCaseQuery, facts, { description: 'The complete case as JSON' });

  for (;;) {
    const found = await stuck.retry('The payment could not be read', durable.loadUnmatchedPayment({ paymentIntentId }));
    payment = found ?? undefined;
    if (payment) {
      const amount = toDecimal(payment.amountCents, payment.currency);
      upsertSearchAttributes(caseAttributes({ orderId, amount, createdAt: new Date(payment.receivedAt) }));
    }
    outcome = payment ? await untilRefunded(payment) : 'settled';
    await untilQuiet({ hasNews: () => hasNews });
    // What came in the meantime is not lost with the workflow.
    if (!payment?.stripeRefundId || !hasNews) return outcome;
    outcome = undefined;
  }

  async function untilRefunded(current: UnmatchedPayment): Promise<UnmatchedPaymentOutcome> {
    const record = async (attempt: number, refund: StripeRefundState) => {
      const step = durable.recordUnmatchedRefund({ paymentIntentId, attempt, ...refund });
      payment = await stuck.retry('The refund could not be recorded', step);
      return payment;
    };
    const askStripe = async (attempt: number, stripeRefundId: string) => {
      hasNews = false;
      const step = durableStripe.retrieveRefund({ stripeRefundId });
      return record(attempt, await stuck.retry('The refund could not be read from Stripe', step));
    };
    let seen = current;
    // Started again for news: a bank can refuse what Stripe had reported as succeeded.
    if (seen.stripeRefundId && seen.refundStatus !== 'failed')
      seen = await askStripe(seen.attempt, seen.stripeRefundId);
    for (;;) {
      if (seen.refundStatus === 'succeeded') return seen.stripeRefundId ? 'refunded' : 'settled';
      if (workflowInfo().continueAsNewSuggested && allHandlersFinished())
        await continueAsNew<typeof unmatchedPayment>({ orderId, paymentIntentId });
      const { attempt, stripeRefundId } = seen;
      if (seen.refundStatus === 'pending' && stripeRefundId) {
        await condition(() => hasNews, CHECK_STRIPE_EVERY, {
          summary: 'until Stripe reports the outcome of the refund',
        });
        seen = await askStripe(attempt, stripeRefundId);
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
   * Stripe, or the bank, refused: staff see it, and it is sent again by itself after a while.
   * @returns what has sent the money back in the meantime, such as a refund in Stripe's dashboard; undefined when it is to be sent again
   */
  async function untilRetry({ refundFailure, attempt }: UnmatchedPayment): Promise<StripeRefundState | undefined> {
    const why = `Reason: ${refundFailure?.replaceAll('_', ' ') ?? 'none given'}.`;
    stoppedAt ??= new Date();
    const refusal = stuck.begin('The refund failed at Stripe', why, stoppedAt);
    const retryAt = Date.now() + RETRY_AFTER_MS[Math.max(0, Math.min(attempt - 2, RETRY_AFTER_MS.length - 1))]!;
    isRetryAsked = false;
    let found: StripeRefundState | null = null;
    while (!found) {
      const waitMs = Math.max(0, retryAt - Date.now());
      await condition(() => isRetryAsked || hasNews, waitMs, { summary: 'until the refund is retried' });
      // News alone sends nothing again: the refusal itself is news.
      if (!hasNews || isRetryAsked) break;
      hasNews = false;
      const step = durableStripe.findUnmatchedRefund({ paymentIntentId });
      found = await stuck.retry('The payment could not be read from Stripe', step);
    }
    stuck.end(refusal);
    return found ?? undefined;
  }
}
