/** The dispute object when it is opened, and its balance transactions. */
import type Stripe from 'stripe';
import { nowSeconds } from './clock.ts';
import { idOf } from './collection.ts';
import { newId } from './ids.ts';

/** Dispute reasons of card issuers. */
export const DISPUTE_REASONS = [
  'credit_not_processed',
  'duplicate',
  'fraudulent',
  'general',
  'product_not_received',
  'product_unacceptable',
  'subscription_canceled',
  'unrecognized',
] as const;
export type DisputeReason = (typeof DISPUTE_REASONS)[number];

/** Visa's codes; those of other networks are not used here. */
const VISA_CODES: Readonly<Partial<Record<DisputeReason, string>>> = {
  credit_not_processed: '13.6',
  duplicate: '12.6.1',
  fraudulent: '10.4',
  product_not_received: '13.1',
  product_unacceptable: '13.3',
  subscription_canceled: '13.2',
  unrecognized: '10.4',
};

/** Stripe's fee for each dispute, won or lost, in minor units. */
const DISPUTE_FEE = 1500;

const NO_EVIDENCE: Stripe.Dispute.Evidence = {
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_email_address: null,
  customer_name: null,
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
};

/** The evidence fields with text or a file ID. */
export const EVIDENCE_FIELDS = Object.keys(NO_EVIDENCE).filter((name) => name !== 'enhanced_evidence');

export function hasEvidence(evidence: Stripe.Dispute.Evidence): boolean {
  return EVIDENCE_FIELDS.some((name) => evidence[name as keyof Stripe.Dispute.Evidence] !== null);
}

/** The balance transaction that withdraws the money (`dispute`) or returns it (`dispute_reversal`). */
export function balanceTransaction(
  dispute: Pick<Stripe.Dispute, 'id' | 'amount' | 'currency' | 'charge'>,
  category: 'dispute' | 'dispute_reversal',
): Stripe.BalanceTransaction {
  const leaves = category === 'dispute';
  const amount = leaves ? -dispute.amount : dispute.amount;
  const fee = leaves ? DISPUTE_FEE : 0;
  const { currency } = dispute;
  return {
    id: newId('txn'),
    object: 'balance_transaction',
    amount,
    available_on: nowSeconds(),
    balance_type: 'payments',
    created: nowSeconds(),
    currency,
    description: `Chargeback ${leaves ? 'withdrawal' : 'reversal'} for ${idOf(dispute.charge)}`,
    exchange_rate: null,
    fee,
    fee_details: leaves
      ? [{ amount: fee, application: null, currency, description: 'Dispute fee', type: 'stripe_fee' }]
      : [],
    net: amount - fee,
    reporting_category: category,
    source: dispute.id,
    status: 'available',
    type: 'adjustment',
  };
}

/** @param dueBy the shop's deadline to respond, Unix time in seconds */
export function buildDispute(
  charge: Stripe.Charge,
  amount: number,
  reason: DisputeReason,
  dueBy: number,
): Stripe.Dispute {
  const brand = charge.payment_method_details?.card?.brand ?? 'visa';
  const opened = { id: newId('dp'), amount, currency: charge.currency, charge: charge.id };
  return {
    ...opened,
    object: 'dispute',
    balance_transactions: [balanceTransaction(opened, 'dispute')],
    created: nowSeconds(),
    enhanced_eligibility_types: [],
    evidence: NO_EVIDENCE,
    evidence_details: {
      due_by: dueBy,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: idOf(charge.payment_intent),
    payment_method_details: {
      card: {
        brand,
        case_type: 'chargeback',
        network: brand,
        network_reason_code: brand === 'visa' ? (VISA_CODES[reason] ?? null) : null,
      },
      type: 'card',
    },
    reason,
    status: 'needs_response',
  };
}
