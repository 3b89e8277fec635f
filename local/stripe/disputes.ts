/** Disputes: the shopper's bank withdraws the money immediately, and returns it only if the shop wins. */
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
  /** Whether to submit the evidence to the bank now; otherwise it is saved for later. */
  submit: boolean;
}

/** Values of `uncategorized_text` that decide a dispute in Stripe's test mode. */
const DECISIVE_EVIDENCE: Readonly<Record<string, 'dispute_won' | 'dispute_lost'>> = {
  winning_evidence: 'dispute_won',
  losing_evidence: 'dispute_lost',
};

export function isOpen(dispute: Stripe.Dispute): boolean {
  return dispute.status !== 'won' && dispute.status !== 'lost';
}

/** The amount of a charge that open or lost disputes have withdrawn, in minor units. */
export function disputedAmount(disputes: readonly Stripe.Dispute[]): number {
  return disputes.reduce((sum, dispute) => (dispute.status === 'won' ? sum : sum + dispute.amount), 0);
}

/** The amount of a charge that can still be disputed. Refunds don't reduce it, because banks also dispute refunded payments. */
export function disputableAmount(charge: Stripe.Charge, disputes: readonly Stripe.Dispute[]): number {
  return charge.amount_captured - disputedAmount(disputes);
}

/**
 * Opens a dispute of a charge by the bank. Call inside a transaction.
 * @param requested minor units; default: the amount not disputed yet
 * @throws ApiError when the disputable amount is lower
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
  // Stripe fails pending refunds, so that the shopper does not get the money twice.
  for (const refund of standin.store.refunds.all({ charge: charge.id, status: 'pending' })) {
    settleRefund(standin, refund.id, 'failed', 'charge_for_pending_refund_disputed');
  }
  return dispute;
}

/** Opens the dispute of Stripe's test cards. Does nothing when the charge was fully disputed meanwhile. */
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

/** Submits or saves the shop's response. Call inside a transaction. @throws ApiError when the dispute is closed */
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

/** Closes a dispute; winning it returns the money. Call inside a transaction. @throws ApiError when it is closed already */
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

/** Applies the bank's decision on the shop's evidence. Does nothing when the dispute was closed meanwhile. */
export function decideDispute(standin: Standin, disputeId: string, outcome: 'won' | 'lost'): void {
  const dispute = standin.store.disputes.get(disputeId)!;
  if (isOpen(dispute)) closeDispute(standin, dispute, outcome, NO_CAUSE);
}

/** Handles the deadline: a dispute without a response is lost. */
export function expireDispute(standin: Standin, disputeId: string): void {
  const dispute = standin.store.disputes.get(disputeId)!;
  if (dispute.status === 'needs_response') closeDispute(standin, dispute, 'lost', NO_CAUSE);
}

/** The charge to dispute, by its ID or by its PaymentIntent. @throws ApiError */
export function chargeToDispute(standin: Standin, given: { charge?: string; payment_intent?: string }): Stripe.Charge {
  const intent =
    given.payment_intent === undefined ? undefined : standin.store.paymentIntents.get(given.payment_intent);
  const charge = standin.store.charges.get(given.charge ?? idOf(intent?.latest_charge) ?? '');
  if (charge) return charge;
  const [name, id] = given.charge === undefined ? ['payment_intent', given.payment_intent] : ['charge', given.charge];
  throw new ApiError(404, { type: 'invalid_request_error', message: `No charge found for ${name} '${id}'.` }, false);
}
