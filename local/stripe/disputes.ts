/** Disputes: the shopper's bank takes the money back at once, and gives it back only if it believes the shop. */
import type Stripe from 'stripe';
import { formatStripeAmount } from './amounts.ts';
import type { Standin } from './call.ts';
import { nowSeconds } from './clock.ts';
import { idOf } from './collection.ts';
import { balanceTransaction, buildDispute, type DisputeReason, hasEvidence } from './dispute-object.ts';
import { ApiError, invalidParameter } from './errors.ts';
import { type Cause, NO_CAUSE, previousAttributes } from './events.ts';
import { resolvePaymentMethod, testCardOf } from './payment-methods.ts';
import { settleRefund } from './refunds.ts';

export interface EvidenceChange {
  evidence: Record<string, string | null>;
  metadata: Record<string, string>;
  intendedSubmissionMethod: Stripe.Dispute.IntendedSubmissionMethod | null;
  /** Whether the bank gets the evidence now; otherwise it is kept for later. */
  submit: boolean;
}

/** In `uncategorized_text`, what decides a dispute in Stripe's test mode. */
const DECISIVE_EVIDENCE: Readonly<Record<string, 'dispute_won' | 'dispute_lost'>> = {
  winning_evidence: 'dispute_won',
  losing_evidence: 'dispute_lost',
};

export function isOpen(dispute: Stripe.Dispute): boolean {
  return dispute.status !== 'won' && dispute.status !== 'lost';
}

/** What disputes hold or took of a charge, in minor units. */
export function disputedAmount(disputes: readonly Stripe.Dispute[]): number {
  return disputes.reduce((sum, dispute) => (dispute.status === 'won' ? sum : sum + dispute.amount), 0);
}

/** What of a charge can still be disputed. A refund does not lessen it: banks dispute refunded payments too. */
export function disputableAmount(charge: Stripe.Charge, disputes: readonly Stripe.Dispute[]): number {
  return charge.amount_captured - disputedAmount(disputes);
}

/**
 * The bank disputes a charge. Call inside a transaction.
 * @param requested minor units; what is not disputed yet when undefined
 * @throws ApiError when there is not that much to dispute
 */
export function openDispute(
  standin: Standin,
  charge: Stripe.Charge,
  reason: DisputeReason,
  requested?: number,
): Stripe.Dispute {
  const left = disputableAmount(charge, standin.store.disputes.all({ charge: charge.id }));
  if (left < 1) {
    throw invalidParameter('charge', `Charge ${charge.id} was not paid or is already fully disputed.`);
  }
  const amount = requested ?? left;
  if (amount < 1 || amount > left) {
    const bounds = [1, left].map((each) => formatStripeAmount(each, charge.currency)).join(' to ');
    throw invalidParameter('amount', `Of charge ${charge.id}, ${bounds} can be disputed.`);
  }
  const { evidenceMs } = standin.settings;
  const dispute = buildDispute(charge, amount, reason, nowSeconds() + Math.ceil(evidenceMs / 1000));
  standin.store.disputes.insert(dispute);
  standin.store.charges.update({ ...charge, disputed: true });
  standin.events.record('charge.dispute.created', dispute, NO_CAUSE);
  standin.events.record('charge.dispute.funds_withdrawn', dispute, NO_CAUSE);
  standin.outcomes.schedule('dispute_unanswered', dispute.id, evidenceMs);
  // Stripe fails these, so that the shopper does not get the money by both ways.
  for (const refund of standin.store.refunds.all({ charge: charge.id, status: 'pending' })) {
    settleRefund(standin, refund.id, 'failed', 'charge_for_pending_refund_disputed');
  }
  return dispute;
}

/** The dispute that Stripe's test cards bring about. Does nothing when the charge was disputed in full meanwhile. */
export function disputeLater(standin: Standin, chargeId: string): void {
  const charge = standin.store.charges.get(chargeId)!;
  const reason = testCardOf(resolvePaymentMethod(standin, charge.payment_method!)).laterDispute;
  const left = disputableAmount(charge, standin.store.disputes.all({ charge: chargeId }));
  if (reason && left > 0) openDispute(standin, charge, reason);
}

function refuseClosed(dispute: Stripe.Dispute): void {
  if (isOpen(dispute)) return;
  throw new ApiError(400, { type: 'invalid_request_error', message: 'This dispute is already closed' }, true);
}

/** The shop answers, or prepares its answer. Call inside a transaction. @throws ApiError when the dispute is closed */
export function changeDispute(
  standin: Standin,
  dispute: Stripe.Dispute,
  change: EvidenceChange,
  cause: Cause,
): Stripe.Dispute {
  refuseClosed(dispute);
  const evidence: Stripe.Dispute.Evidence = { ...dispute.evidence, ...change.evidence };
  const submits = change.submit && hasEvidence(evidence);
  const details = dispute.evidence_details;
  const changed: Stripe.Dispute = {
    ...dispute,
    evidence,
    evidence_details: {
      ...details,
      has_evidence: hasEvidence(evidence),
      submission_count: details.submission_count + (submits ? 1 : 0),
      submission_method: submits ? 'manual' : details.submission_method,
    },
    intended_submission_method: change.intendedSubmissionMethod,
    metadata: change.metadata,
    status: submits ? 'under_review' : dispute.status,
  };
  standin.store.disputes.update(changed);
  standin.events.record('charge.dispute.updated', changed, cause, previousAttributes(dispute, changed));
  const decision = submits ? DECISIVE_EVIDENCE[evidence.uncategorized_text ?? ''] : undefined;
  if (decision) standin.outcomes.schedule(decision, dispute.id, standin.settings.asyncOutcomeMs);
  return changed;
}

/** The end of a dispute: won, the money comes back. Call inside a transaction. @throws ApiError when it has ended */
export function closeDispute(
  standin: Standin,
  dispute: Stripe.Dispute,
  outcome: 'won' | 'lost',
  cause: Cause,
): Stripe.Dispute {
  refuseClosed(dispute);
  const won = outcome === 'won';
  const funds = dispute.balance_transactions;
  const closed: Stripe.Dispute = {
    ...dispute,
    balance_transactions: won ? [...funds, balanceTransaction(dispute, 'dispute_reversal')] : funds,
    is_charge_refundable: won,
    status: outcome,
  };
  standin.store.disputes.update(closed);
  const previous = previousAttributes(dispute, closed);
  if (won) standin.events.record('charge.dispute.funds_reinstated', closed, cause, previous);
  standin.events.record('charge.dispute.closed', closed, cause, previous);
  return closed;
}

/** The bank decides on what the shop submitted. Does nothing when the dispute has ended meanwhile. */
export function decideDispute(standin: Standin, disputeId: string, outcome: 'won' | 'lost'): void {
  const dispute = standin.store.disputes.get(disputeId)!;
  if (isOpen(dispute)) closeDispute(standin, dispute, outcome, NO_CAUSE);
}

/** The time to answer is up: a dispute that nobody answered is lost. */
export function expireDispute(standin: Standin, disputeId: string): void {
  const dispute = standin.store.disputes.get(disputeId)!;
  if (dispute.status === 'needs_response') closeDispute(standin, dispute, 'lost', NO_CAUSE);
}

/** The charge that a dispute is to be about, by its id or by its payment. @throws ApiError */
export function chargeToDispute(standin: Standin, given: { charge?: string; payment_intent?: string }): Stripe.Charge {
  const intent =
    given.payment_intent === undefined ? undefined : standin.store.paymentIntents.get(given.payment_intent);
  const charge = standin.store.charges.get(given.charge ?? idOf(intent?.latest_charge) ?? '');
  if (charge) return charge;
  const [name, id] = given.charge === undefined ? ['payment_intent', given.payment_intent] : ['charge', given.charge];
  throw new ApiError(404, { type: 'invalid_request_error', message: `No charge found for ${name} '${id}'.` }, false);
}
