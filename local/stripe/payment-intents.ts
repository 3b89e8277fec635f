/** PaymentIntents: create, read, change, cancel, list. Confirming is in confirm.ts. */
import type Stripe from 'stripe';
import { isCurrency, minorDigits } from '../../domain/currencies.ts';
import { checkStep, formatStripeAmount } from './amounts.ts';
import type { Answer, Call, Standin } from './call.ts';
import { nowSeconds } from './clock.ts';
import { idOf } from './collection.ts';
import { answerConfirmation, confirmIntent, readConfirmation } from './confirm.ts';
import { type ApiError, invalidParameter, invalidState, resourceMissing } from './errors.ts';
import { answerObject, answerPage } from './expand.ts';
import { newClientSecret, newId } from './ids.ts';
import { mergeMetadata, type Parameters } from './parameters.ts';
import { resolvePaymentMethod } from './payment-methods.ts';

const MAX_MINOR_UNITS = 99_999_999;
/** Minimum charges in minor units, where they are not 50. */
const MIN_MINOR_UNITS: Readonly<Record<string, number>> = {
  gbp: 30,
  dkk: 250,
  nok: 300,
  sek: 300,
  mxn: 1000,
  hkd: 400,
};

const CANCELLABLE = [
  'requires_payment_method',
  'requires_capture',
  'requires_confirmation',
  'requires_action',
] as const;
const CHANGEABLE = ['requires_payment_method', 'requires_confirmation', 'requires_action'] as const;
const CANCELLATION_REASONS = ['abandoned', 'duplicate', 'fraudulent', 'requested_by_customer'] as const;

/** The PaymentIntent in the path, which a publishable key can access only with its client secret. @throws ApiError */
export function intentOf(call: Call): Stripe.PaymentIntent {
  const clientSecret = call.parameters.text('client_secret');
  return findIntent(call.standin, call.id, call.keyKind === 'secret' ? undefined : (clientSecret ?? ''));
}

/** @param clientSecret must match the PaymentIntent's, if given */
export function findIntent(standin: Standin, id: string, clientSecret: string | undefined): Stripe.PaymentIntent {
  const intent = standin.store.paymentIntents.get(id);
  if (!intent) throw resourceMissing('payment_intent', id, 'intent');
  if (clientSecret !== undefined && clientSecret !== intent.client_secret) {
    throw invalidParameter(
      'client_secret',
      'The client_secret provided does not match the client_secret associated with the PaymentIntent.',
      'payment_intent_invalid_parameter',
    );
  }
  return intent;
}

function checkCurrency(currency: string): string {
  const lower = currency.toLowerCase();
  if (!isCurrency(lower)) throw invalidParameter('currency', `Invalid currency: ${currency}.`);
  return lower;
}

function checkAmount(amount: number, currency: string): number {
  const minimum = MIN_MINOR_UNITS[currency] ?? (minorDigits(currency) === 3 ? 500 : 50);
  if (amount < 1) {
    throw invalidParameter('amount', 'This value must be greater than or equal to 1.', 'parameter_invalid_integer');
  }
  if (amount < minimum) {
    throw invalidParameter(
      'amount',
      `Amount must be at least ${formatStripeAmount(minimum, currency)} ${currency}`,
      'amount_too_small',
    );
  }
  if (amount > MAX_MINOR_UNITS) {
    throw invalidParameter(
      'amount',
      `Amount must be no more than ${formatStripeAmount(MAX_MINOR_UNITS, currency)}`,
      'amount_too_large',
    );
  }
  checkStep(amount, currency);
  return amount;
}

export function readShipping(parameters: Parameters): Stripe.PaymentIntent.Shipping | null | undefined {
  if (!parameters.has('shipping')) return undefined;
  const shipping = parameters.object('shipping');
  if (!shipping) return null;
  const address = shipping.object('address');
  if (!address)
    throw invalidParameter('shipping[address]', 'Missing required param: shipping[address].', 'parameter_missing');
  return {
    address: {
      city: address.text('city') ?? null,
      country: address.text('country') ?? null,
      line1: address.text('line1') ?? null,
      line2: address.text('line2') ?? null,
      postal_code: address.text('postal_code') ?? null,
      state: address.text('state') ?? null,
    },
    carrier: shipping.text('carrier') ?? null,
    name: shipping.requiredText('name'),
    phone: shipping.text('phone') ?? null,
    tracking_number: shipping.text('tracking_number') ?? null,
  };
}

export function readReceiptEmail(parameters: Parameters): string | null | undefined {
  const email = parameters.clearableText('receipt_email');
  if (email && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) {
    throw invalidParameter('receipt_email', `Invalid email address: ${email}`, 'email_invalid');
  }
  return email;
}

function readPaymentMethodTypes(
  parameters: Parameters,
  name: 'payment_method_types' | 'allowed_payment_method_types',
): string[] | undefined {
  const types = parameters.list(name);
  const other = types?.find((type) => type !== 'card');
  if (other !== undefined) {
    throw invalidParameter(name, `The stand-in serves payment by card only, not ${other}.`);
  }
  return types;
}

function readAutomaticPaymentMethods(parameters: Parameters, types: string[] | undefined) {
  const automatic = parameters.object('automatic_payment_methods');
  const enabled = automatic?.boolean('enabled') ?? types === undefined;
  const allowRedirects = automatic?.oneOf('allow_redirects', ['always', 'never']) ?? 'always';
  if (automatic && enabled && types) {
    throw invalidParameter(
      'automatic_payment_methods',
      'You may only specify one of these parameters: automatic_payment_methods, payment_method_types.',
    );
  }
  return enabled ? { allow_redirects: allowRedirects, enabled: true } : null;
}

/** Accepts options without effect on cards that are charged immediately. */
function ignoreInert(parameters: Parameters): void {
  parameters.ignore('payment_method_options', 'setup_future_usage', 'use_stripe_sdk', 'radar_options', 'mandate_data');
  parameters.oneOf('capture_method', ['automatic', 'automatic_async']);
  parameters.oneOf('confirmation_method', ['automatic']);
}

function buildIntent(parameters: Parameters): Stripe.PaymentIntent {
  const amount = parameters.requiredInteger('amount');
  const currency = checkCurrency(parameters.requiredText('currency'));
  const types = readPaymentMethodTypes(parameters, 'payment_method_types');
  const allowed = readPaymentMethodTypes(parameters, 'allowed_payment_method_types');
  ignoreInert(parameters);
  if (parameters.text('customer') !== undefined) {
    throw resourceMissing('customer', parameters.requiredText('customer'), 'customer', 400);
  }
  const id = newId('pi');
  return {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: (allowed as Stripe.PaymentIntent.AllowedPaymentMethodType[] | undefined) ?? null,
    amount: checkAmount(amount, currency),
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: readAutomaticPaymentMethods(parameters, types),
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic_async',
    client_secret: newClientSecret(id),
    confirmation_method: 'automatic',
    created: nowSeconds(),
    currency,
    customer: null,
    customer_account: null,
    description: parameters.text('description') ?? null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: mergeMetadata({}, parameters.metadata()),
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' },
    },
    payment_method_types: types ?? ['card'],
    payment_record: null,
    processing: null,
    receipt_email: readReceiptEmail(parameters) ?? null,
    review: null,
    setup_future_usage: null,
    shipping: readShipping(parameters) ?? null,
    source: null,
    statement_descriptor: parameters.text('statement_descriptor', 22) ?? null,
    statement_descriptor_suffix: parameters.text('statement_descriptor_suffix', 22) ?? null,
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: parameters.text('transfer_group') ?? null,
  };
}

export function createIntentRoute(call: Call): Answer {
  const { standin, parameters, cause } = call;
  const intent = buildIntent(parameters);
  const confirmNow = parameters.boolean('confirm') ?? false;
  const confirmation = readConfirmation(standin, parameters);
  if (!confirmNow && confirmation.returnUrl !== undefined) {
    throw invalidParameter('return_url', 'return_url can only be given with confirm=true.');
  }
  if (confirmation.paymentMethod) {
    intent.payment_method = confirmation.paymentMethod.id;
    intent.status = 'requires_confirmation';
  }
  standin.store.paymentIntents.insert(intent);
  standin.events.record('payment_intent.created', intent, cause);
  if (!confirmNow) return answerObject(call, intent);
  return answerConfirmation(call, confirmIntent(standin, intent, confirmation, cause));
}

export function retrieveIntentRoute(call: Call): Answer {
  return answerObject(call, intentOf(call));
}

export function listIntentsRoute(call: Call): Answer {
  const customer = call.parameters.text('customer');
  if (customer !== undefined) throw resourceMissing('customer', customer, 'customer', 400);
  return answerPage(call, call.standin.store.paymentIntents, '/v1/payment_intents', {});
}

function unexpectedState(intent: Stripe.PaymentIntent, message: string): ApiError {
  return invalidState(message, 'payment_intent_unexpected_state', { payment_intent: intent });
}

export function updateIntentRoute(call: Call): Answer {
  const { standin, parameters } = call;
  const intent = intentOf(call);
  ignoreInert(parameters);
  const amount = parameters.integer('amount');
  const currencyText = parameters.text('currency');
  const currency = currencyText === undefined ? intent.currency : checkCurrency(currencyText);
  const methodId = parameters.text('payment_method');
  const changesCharge = amount !== undefined || currencyText !== undefined || methodId !== undefined;
  if (changesCharge && !CHANGEABLE.some((status) => status === intent.status)) {
    const what = amount !== undefined ? 'amount' : currencyText !== undefined ? 'currency' : 'payment_method';
    throw unexpectedState(
      intent,
      `This PaymentIntent's ${what} could not be updated because it has a status of ${intent.status}. You may only ` +
        `update the ${what} of a PaymentIntent with one of the following statuses: ${CHANGEABLE.join(', ')}.`,
    );
  }
  const description = parameters.clearableText('description');
  const receiptEmail = readReceiptEmail(parameters);
  const shipping = readShipping(parameters);
  const changed: Stripe.PaymentIntent = {
    ...intent,
    amount: amount === undefined ? intent.amount : checkAmount(amount, currency),
    currency,
    description: description === undefined ? intent.description : description,
    metadata: mergeMetadata(intent.metadata, parameters.metadata()),
    receipt_email: receiptEmail === undefined ? intent.receipt_email : receiptEmail,
    shipping: shipping === undefined ? intent.shipping : shipping,
    transfer_group: parameters.text('transfer_group') ?? intent.transfer_group,
  };
  if (methodId !== undefined) {
    changed.payment_method = resolvePaymentMethod(standin, methodId).id;
    changed.status = 'requires_confirmation';
    changed.next_action = null;
  }
  const answer = answerObject(call, changed);
  standin.store.paymentIntents.update(changed);
  return answer;
}

export function cancelIntentRoute(call: Call): Answer {
  const { standin, parameters, cause } = call;
  const intent = intentOf(call);
  const reason = parameters.oneOf('cancellation_reason', CANCELLATION_REASONS) ?? null;
  if (!CANCELLABLE.some((status) => status === intent.status)) {
    throw unexpectedState(
      intent,
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one ` +
        `of the following statuses may be canceled: ${CANCELLABLE.join(', ')}.`,
    );
  }
  const canceled: Stripe.PaymentIntent = {
    ...intent,
    canceled_at: nowSeconds(),
    cancellation_reason: reason,
    next_action: null,
    payment_method: idOf(intent.payment_method),
    status: 'canceled',
  };
  const answer = answerObject(call, canceled);
  standin.store.paymentIntents.update(canceled);
  standin.events.record('payment_intent.canceled', canceled, cause);
  return answer;
}
