/** Charges: records of payment attempts. */
import type Stripe from 'stripe';
import type { Answer, Call } from './call.ts';
import type { Decline } from './cards.ts';
import { nowSeconds } from './clock.ts';
import { resourceMissing } from './errors.ts';
import { answerObject, answerPage } from './expand.ts';
import { newId, randomText } from './ids.ts';

interface ChargeAttempt {
  intent: Stripe.PaymentIntent;
  method: Stripe.PaymentMethod;
  /** Why the bank declined; absent when it approved. */
  decline?: Decline;
  /** Whether the shopper authenticated with the bank. */
  authenticated: boolean;
  publicUrl: string;
}

const APPROVED: Stripe.Charge.Outcome = {
  advice_code: null,
  network_advice_code: null,
  network_decline_code: null,
  network_status: 'approved_by_network',
  reason: null,
  risk_level: 'normal',
  risk_score: 20,
  seller_message: 'Payment complete.',
  type: 'authorized',
};

function declinedOutcome(decline: Decline): Stripe.Charge.Outcome {
  const blocked = decline.declineCode === 'fraudulent';
  return {
    advice_code: 'try_again_later',
    network_advice_code: blocked ? null : '02',
    network_decline_code: blocked ? null : '05',
    network_status: blocked ? 'not_sent_to_network' : 'declined_by_network',
    reason: blocked ? 'highest_risk_level' : decline.declineCode,
    risk_level: blocked ? 'highest' : 'normal',
    risk_score: blocked ? 90 : 20,
    seller_message: blocked
      ? 'Stripe blocked this payment as too risky.'
      : `The bank returned the decline code ${decline.declineCode}.`,
    type: blocked ? 'blocked' : 'issuer_declined',
  };
}

function cardDetails(attempt: ChargeAttempt): Stripe.Charge.PaymentMethodDetails {
  const { intent, method, decline, authenticated } = attempt;
  const card = method.card!;
  return {
    card: {
      amount_authorized: decline ? null : intent.amount,
      authorization_code: decline ? null : randomText(6).toUpperCase(),
      brand: card.brand,
      checks: card.checks,
      country: card.country,
      electronic_commerce_indicator: null,
      exp_month: card.exp_month,
      exp_year: card.exp_year,
      extended_authorization: { status: 'disabled' },
      fingerprint: card.fingerprint ?? null,
      funding: card.funding,
      incremental_authorization: { status: 'unavailable' },
      installments: null,
      last4: card.last4,
      mandate: null,
      multicapture: { status: 'unavailable' },
      network: card.brand,
      network_token: { used: false },
      network_transaction_id: decline ? null : randomText(15),
      overcapture: { maximum_amount_capturable: intent.amount, status: 'unavailable' },
      regulated_status: 'unregulated',
      three_d_secure: authenticated
        ? {
            authentication_flow: 'challenge',
            electronic_commerce_indicator: '05',
            exemption_indicator: null,
            result: 'authenticated',
            result_reason: null,
            transaction_id: randomText(24),
            version: '2.2.0',
          }
        : null,
      transaction_link_id: null,
      wallet: null,
    },
    type: 'card',
  };
}

export function buildCharge(attempt: ChargeAttempt): Stripe.Charge {
  const { intent, method, decline } = attempt;
  const id = newId('ch');
  return {
    id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: decline ? 0 : intent.amount,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: decline ? null : newId('txn'),
    billing_details: method.billing_details as Stripe.Charge.BillingDetails,
    calculated_statement_descriptor: 'HOLDFAST',
    captured: !decline,
    created: nowSeconds(),
    currency: intent.currency,
    customer: null,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: decline ? declinedOutcome(decline) : APPROVED,
    paid: !decline,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: cardDetails(attempt),
    radar_options: {},
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: decline ? null : `${attempt.publicUrl}/local/receipts/${id}`,
    refunded: false,
    review: null,
    shipping: intent.shipping as Stripe.Charge.Shipping | null,
    source: null,
    source_transfer: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: decline ? 'failed' : 'succeeded',
    transfer_data: null,
    transfer_group: intent.transfer_group,
  };
}

export function retrieveChargeRoute(call: Call): Answer {
  const charge = call.standin.store.charges.get(call.id);
  if (!charge) throw resourceMissing('charge', call.id, 'id');
  return answerObject(call, charge);
}

export function listChargesRoute(call: Call): Answer {
  return answerPage(call, call.standin.store.charges, '/v1/charges', {
    payment_intent: call.parameters.text('payment_intent'),
  });
}
