/** Refunds, which never exceed the captured amount; some succeed later, and some fail later. */
import type Stripe from 'stripe';
import { checkStep, formatStripeAmount } from './amounts.ts';
import type { Answer, Call, Standin } from './call.ts';
import { nowSeconds } from './clock.ts';
import { idOf } from './collection.ts';
import { ApiError, invalidParameter, invalidState, resourceMissing } from './errors.ts';
import { type Cause, NO_CAUSE, previousAttributes } from './events.ts';
import { answerObject, answerPage } from './expand.ts';
import { newId, randomText } from './ids.ts';
import { mergeMetadata, type Parameters } from './parameters.ts';
import { resolvePaymentMethod, testCardOf } from './payment-methods.ts';

export const REFUND_REASONS = ['duplicate', 'fraudulent', 'requested_by_customer'] as const;

interface LaterOutcome {
  /** The initial status. */
  first: 'pending' | 'succeeded';
  last: 'succeeded' | 'failed';
  delayMs: number;
}

function chargeToRefund(standin: Standin, parameters: Parameters): Stripe.Charge {
  const chargeId = parameters.text('charge');
  const intentId = parameters.text('payment_intent');
  if (chargeId === undefined && intentId === undefined) {
    throw invalidParameter(
      'charge',
      'One of the following params should be provided for this request: payment_intent or charge.',
      'parameter_missing',
    );
  }
  if (chargeId !== undefined) {
    const charge = standin.store.charges.get(chargeId);
    if (!charge) throw resourceMissing('charge', chargeId, 'charge');
    if (intentId !== undefined && idOf(charge.payment_intent) !== intentId) {
      throw invalidParameter('payment_intent', `Charge ${chargeId} does not belong to PaymentIntent ${intentId}.`);
    }
    return charge;
  }
  const intent = standin.store.paymentIntents.get(intentId!);
  if (!intent) throw resourceMissing('payment_intent', intentId!, 'payment_intent');
  const latest = idOf(intent.latest_charge);
  const charge = latest === null ? undefined : standin.store.charges.get(latest);
  if (charge?.status !== 'succeeded') {
    throw new ApiError(
      400,
      {
        type: 'invalid_request_error',
        param: 'payment_intent',
        message: `This PaymentIntent (${intentId}) does not have a successful charge to refund.`,
      },
      true,
    );
  }
  return charge;
}

/** Whether an open or lost dispute has withdrawn the money. */
export function isChargedBack(disputes: readonly Stripe.Dispute[]): boolean {
  return disputes.some((dispute) => !dispute.is_charge_refundable);
}

function amountToRefund(standin: Standin, charge: Stripe.Charge, requested: number | undefined): number {
  const left = charge.amount_captured - charge.amount_refunded;
  if (!charge.captured || charge.status !== 'succeeded') {
    throw invalidState(`Charge ${charge.id} was not successful and cannot be refunded.`, 'charge_not_refundable');
  }
  if (charge.disputed && isChargedBack(standin.store.disputes.all({ charge: charge.id }))) {
    throw invalidState(`Charge ${charge.id} has been charged back; cannot issue a refund.`, 'charge_disputed');
  }
  if (requested !== undefined && requested < 1) {
    throw invalidParameter('amount', 'This value must be greater than or equal to 1.', 'parameter_invalid_integer');
  }
  if (requested !== undefined) checkStep(requested, charge.currency);
  if (left === 0) throw invalidState(`Charge ${charge.id} has already been refunded.`, 'charge_already_refunded');
  const amount = requested ?? left;
  if (amount > left) {
    const money = (amount: number) => formatStripeAmount(amount, charge.currency);
    const bound =
      charge.amount_refunded > 0 ? `unrefunded amount on charge (${money(left)})` : `charge amount (${money(left)})`;
    throw new ApiError(
      400,
      {
        type: 'invalid_request_error',
        param: 'amount',
        message: `Refund amount (${money(amount)}) is greater than ${bound}`,
      },
      true,
    );
  }
  return amount;
}

/** The delayed outcome of Stripe's two test cards, or of a fault. */
function laterOutcome(standin: Standin, charge: Stripe.Charge): LaterOutcome | undefined {
  const fault = standin.faults.takeRefund();
  if (fault) return { first: 'pending', last: fault.outcome ?? 'succeeded', delayMs: fault.delay_ms };
  const card = testCardOf(resolvePaymentMethod(standin, charge.payment_method!));
  if (!card.laterRefund) return undefined;
  return {
    first: card.laterRefund === 'failed' ? 'succeeded' : 'pending',
    last: card.laterRefund,
    delayMs: standin.settings.asyncOutcomeMs,
  };
}

function destination(status: 'pending' | 'succeeded'): Stripe.Refund.DestinationDetails {
  return status === 'pending'
    ? {
        card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
        type: 'card',
      }
    : {
        card: {
          reference: randomText(16),
          reference_status: 'available',
          reference_type: 'acquirer_reference_number',
          type: 'refund',
        },
        type: 'card',
      };
}

export interface RefundRequest {
  charge: Stripe.Charge;
  /** Minor units; default: the whole remainder. */
  amount: number | undefined;
  reason: Stripe.Refund.Reason | null;
  metadata: Record<string, string>;
}

/** Refunds a charge. Call inside a transaction. @throws ApiError when the refundable amount is lower */
export function refundCharge(standin: Standin, request: RefundRequest, cause: Cause): Stripe.Refund {
  const { charge, reason, metadata } = request;
  const amount = amountToRefund(standin, charge, request.amount);
  const later = laterOutcome(standin, charge);
  const status = later?.first ?? 'succeeded';
  const refund: Stripe.Refund = {
    id: newId('re'),
    object: 'refund',
    amount,
    balance_transaction: newId('txn'),
    charge: charge.id,
    created: nowSeconds(),
    currency: charge.currency,
    customer: null,
    customer_account: null,
    destination_details: destination(status),
    metadata,
    payment_intent: idOf(charge.payment_intent),
    payment_method: charge.payment_method,
    reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status,
    transfer_reversal: null,
  };
  if (status === 'pending') refund.pending_reason = 'processing';
  standin.store.refunds.insert(refund);
  const changed = moveRefunded(standin, charge, amount);
  standin.events.record('refund.created', refund, cause);
  standin.events.record('charge.refunded', changed, cause, previousAttributes(charge, changed));
  if (later) standin.outcomes.schedule(`refund_${later.last}`, refund.id, later.delayMs);
  return refund;
}

export function createRefundRoute(call: Call): Answer {
  const { standin, parameters, cause } = call;
  const request = {
    charge: chargeToRefund(standin, parameters),
    amount: parameters.integer('amount'),
    reason: parameters.oneOf('reason', REFUND_REASONS) ?? null,
    metadata: mergeMetadata({}, parameters.metadata()),
  };
  parameters.boolean('refund_application_fee');
  parameters.boolean('reverse_transfer');
  return answerObject(call, refundCharge(standin, request, cause));
}

/** Adds to the refunded amount of a charge; a negative amount reverses a failed refund. */
function moveRefunded(standin: Standin, charge: Stripe.Charge, amount: number): Stripe.Charge {
  const amountRefunded = charge.amount_refunded + amount;
  const changed: Stripe.Charge = {
    ...charge,
    amount_refunded: amountRefunded,
    refunded: amountRefunded >= charge.amount_captured,
  };
  standin.store.charges.update(changed);
  return changed;
}

/** Records both events that Stripe sends: the older one belongs to the charge. */
function recordUpdate(standin: Standin, before: Stripe.Refund, after: Stripe.Refund, cause: Cause): void {
  const previous = previousAttributes(before, after);
  standin.events.record('refund.updated', after, cause, previous);
  standin.events.record('charge.refund.updated', after, cause, previous);
}

/** Applies a refund's delayed outcome. Does nothing when it already has one. */
export function settleRefund(
  standin: Standin,
  refundId: string,
  outcome: 'succeeded' | 'failed',
  failureReason = 'expired_or_canceled_card',
): void {
  const refund = standin.store.refunds.get(refundId);
  if (!refund || refund.status === 'failed' || refund.status === 'canceled' || refund.status === outcome) return;
  const { pending_reason: _, ...settled } = refund;
  if (outcome === 'succeeded') {
    const changed: Stripe.Refund = { ...settled, status: 'succeeded', destination_details: destination('succeeded') };
    standin.store.refunds.update(changed);
    recordUpdate(standin, refund, changed, NO_CAUSE);
    return;
  }
  const failed: Stripe.Refund = {
    ...settled,
    failure_balance_transaction: newId('txn'),
    failure_reason: failureReason,
    status: 'failed',
  };
  standin.store.refunds.update(failed);
  const charge = standin.store.charges.get(idOf(refund.charge)!);
  if (charge) moveRefunded(standin, charge, -refund.amount);
  recordUpdate(standin, refund, failed, NO_CAUSE);
  standin.events.record('refund.failed', failed, NO_CAUSE, previousAttributes(refund, failed));
}

export function retrieveRefundRoute(call: Call): Answer {
  const refund = call.standin.store.refunds.get(call.id);
  if (!refund) throw resourceMissing('refund', call.id, 'refund');
  return answerObject(call, refund);
}

export function updateRefundRoute(call: Call): Answer {
  const refund = call.standin.store.refunds.get(call.id);
  if (!refund) throw resourceMissing('refund', call.id, 'refund');
  const changed = { ...refund, metadata: mergeMetadata(refund.metadata ?? {}, call.parameters.metadata()) };
  call.standin.store.refunds.update(changed);
  recordUpdate(call.standin, refund, changed, call.cause);
  return answerObject(call, changed);
}

export function listRefundsRoute(call: Call): Answer {
  return answerPage(call, call.standin.store.refunds, '/v1/refunds', {
    payment_intent: call.parameters.text('payment_intent'),
    charge: call.parameters.text('charge'),
  });
}
