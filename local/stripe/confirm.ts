/** Confirming a PaymentIntent: the charge, the bank's authentication, and delayed outcomes. */
import type Stripe from 'stripe';
import type { Answer, Call, Standin } from './call.ts';
import type { Decline } from './cards.ts';
import { buildCharge } from './charges.ts';
import { nowSeconds } from './clock.ts';
import { idOf } from './collection.ts';
import { docUrl, type ErrorBody, invalidParameter, invalidState } from './errors.ts';
import { type Cause, NO_CAUSE } from './events.ts';
import { answerObject, visibleTo } from './expand.ts';
import { randomText } from './ids.ts';
import type { Parameters } from './parameters.ts';
import { createPaymentMethod, resolvePaymentMethod, testCardOf } from './payment-methods.ts';

export interface Confirmation {
  paymentMethod?: Stripe.PaymentMethod;
  returnUrl?: string;
  offSession: boolean;
  errorOnRequiresAction: boolean;
}

/** The PaymentIntent after the attempt; `error` when the payment failed. */
export interface ConfirmationResult {
  intent: Stripe.PaymentIntent;
  error?: ErrorBody;
}

const AUTHENTICATION_FAILED =
  'The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod ' +
  'to attempt to fulfill this PaymentIntent again.';

const AUTHENTICATION_REQUIRED: Decline = {
  code: 'authentication_required',
  declineCode: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
};

/** @throws ApiError when the URL is not http(s), or its origin is not allowed */
export function checkReturnUrl(standin: Standin, text: string): string {
  const url = URL.parse(text);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw invalidParameter('return_url', `Not a valid URL: ${text}`, 'url_invalid');
  }
  const { returnOrigins } = standin.settings;
  if (returnOrigins.length > 0 && !returnOrigins.includes(url.origin)) {
    throw invalidParameter('return_url', `return_url must lead to one of ${returnOrigins.join(', ')}.`, 'url_invalid');
  }
  return text;
}

export function readConfirmation(standin: Standin, parameters: Parameters): Confirmation {
  parameters.ignore('use_stripe_sdk', 'mandate_data', 'setup_future_usage', 'payment_method_options', 'key');
  parameters.ignore('expected_payment_method_type', 'client_secret');
  const returnUrl = parameters.text('return_url');
  const confirmation: Confirmation = {
    returnUrl: returnUrl === undefined ? undefined : checkReturnUrl(standin, returnUrl),
    offSession: parameters.boolean('off_session') ?? false,
    errorOnRequiresAction: parameters.boolean('error_on_requires_action') ?? false,
  };
  const id = parameters.text('payment_method');
  const data = parameters.object('payment_method_data');
  if (data) confirmation.paymentMethod = createPaymentMethod(standin, data);
  else if (id !== undefined) confirmation.paymentMethod = resolvePaymentMethod(standin, id);
  return confirmation;
}

function checkConfirmable(intent: Stripe.PaymentIntent, confirmation: Confirmation): Stripe.PaymentMethod | undefined {
  const unexpected = (message: string) =>
    invalidState(message, 'payment_intent_unexpected_state', { payment_intent: intent });
  if (intent.status === 'succeeded') {
    throw unexpected(
      'You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.',
    );
  }
  if (intent.status === 'canceled' || intent.status === 'processing') {
    throw unexpected(
      `You cannot confirm this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one ` +
        'of the following statuses may be confirmed: requires_confirmation, requires_action.',
    );
  }
  if (!confirmation.paymentMethod && !intent.payment_method) {
    throw unexpected(
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the " +
        'PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method.',
    );
  }
  const automatic = intent.automatic_payment_methods;
  if (automatic?.allow_redirects === 'always' && confirmation.returnUrl === undefined && !confirmation.offSession) {
    throw invalidParameter(
      'return_url',
      'This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these ' +
        'payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don’t ' +
        'want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and ' +
        '`automatic_payment_methods[allow_redirects]` to `never` when creating the intent.',
    );
  }
  return confirmation.paymentMethod;
}

/** Attempts the payment. Call inside a transaction. @throws ApiError when the PaymentIntent can't be confirmed */
export function confirmIntent(
  standin: Standin,
  current: Stripe.PaymentIntent,
  confirmation: Confirmation,
  cause: Cause,
): ConfirmationResult {
  const method =
    checkConfirmable(current, confirmation) ?? resolvePaymentMethod(standin, idOf(current.payment_method)!);
  const intent: Stripe.PaymentIntent = { ...current, payment_method: method.id, next_action: null };
  if (!testCardOf(method).authentication) return takeMoney(standin, intent, method, false, cause);
  if (confirmation.offSession || confirmation.errorOnRequiresAction) {
    return declined(standin, intent, method, AUTHENTICATION_REQUIRED, false, cause);
  }
  intent.status = 'requires_action';
  intent.next_action = {
    type: 'redirect_to_url',
    redirect_to_url: {
      return_url: confirmation.returnUrl ?? null,
      url: `${standin.publicUrl}/local/authenticate/${intent.id}/${randomText(32)}`,
    },
  };
  standin.store.paymentIntents.update(intent);
  standin.events.record('payment_intent.requires_action', intent, cause);
  return { intent };
}

function takeMoney(
  standin: Standin,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  authenticated: boolean,
  cause: Cause,
): ConfirmationResult {
  const slow = standin.faults.takeCharge();
  if (slow) {
    const processing: Stripe.PaymentIntent = {
      ...intent,
      status: 'processing',
      processing: { type: 'card', card: {} },
    };
    standin.store.paymentIntents.update(processing);
    standin.events.record('payment_intent.processing', processing, cause);
    standin.outcomes.schedule('settle_payment', intent.id, slow.delay_ms);
    return { intent: processing };
  }
  const { decline, laterDispute } = testCardOf(method);
  if (decline) return declined(standin, intent, method, decline, authenticated, cause);
  const charge = buildCharge({ intent, method, authenticated, publicUrl: standin.publicUrl });
  const succeeded: Stripe.PaymentIntent = {
    ...intent,
    amount_received: intent.amount,
    last_payment_error: null,
    latest_charge: charge.id,
    processing: null,
    status: 'succeeded',
  };
  standin.store.charges.insert(charge);
  standin.store.paymentIntents.update(succeeded);
  standin.events.record('charge.succeeded', charge, cause);
  standin.events.record('payment_intent.succeeded', succeeded, cause);
  if (laterDispute) standin.outcomes.schedule('dispute_opened', charge.id, standin.settings.asyncOutcomeMs);
  return { intent: succeeded };
}

function declined(
  standin: Standin,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  decline: Decline,
  authenticated: boolean,
  cause: Cause,
): ConfirmationResult {
  const charge = buildCharge({ intent, method, decline, authenticated, publicUrl: standin.publicUrl });
  standin.store.charges.insert(charge);
  standin.events.record('charge.failed', charge, cause);
  return failed(standin, { ...intent, latest_charge: charge.id }, cause, {
    type: 'card_error',
    charge: charge.id,
    code: decline.code,
    decline_code: decline.declineCode,
    doc_url: docUrl(decline.code),
    message: decline.message,
    payment_method: method,
  });
}

function failed(standin: Standin, intent: Stripe.PaymentIntent, cause: Cause, error: ErrorBody): ConfirmationResult {
  const open: Stripe.PaymentIntent = {
    ...intent,
    last_payment_error: error as Stripe.PaymentIntent.LastPaymentError,
    next_action: null,
    payment_method: null,
    processing: null,
    status: 'requires_payment_method',
  };
  standin.store.paymentIntents.update(open);
  standin.events.record('payment_intent.payment_failed', open, cause);
  return { intent: open, error };
}

/** Applies the shopper's authentication. Does nothing when the PaymentIntent no longer waits for it. */
export function finishAuthentication(
  standin: Standin,
  intent: Stripe.PaymentIntent,
  passed: boolean,
): ConfirmationResult {
  if (intent.status !== 'requires_action') return { intent };
  const method = resolvePaymentMethod(standin, idOf(intent.payment_method)!);
  const answered: Stripe.PaymentIntent = { ...intent, next_action: null };
  if (passed) return takeMoney(standin, answered, method, true, NO_CAUSE);
  return failed(standin, answered, NO_CAUSE, {
    type: 'card_error',
    code: 'payment_intent_authentication_failure',
    doc_url: docUrl('payment_intent_authentication_failure'),
    message: AUTHENTICATION_FAILED,
    payment_method: method,
  });
}

/** Completes a charge that was in flight. */
export function settlePayment(standin: Standin, intentId: string): void {
  const intent = standin.store.paymentIntents.get(intentId);
  if (intent?.status !== 'processing') return;
  const method = resolvePaymentMethod(standin, idOf(intent.payment_method)!);
  takeMoney(standin, intent, method, false, NO_CAUSE);
}

/** Responds with 200 and the PaymentIntent, or with 402 and the decline. */
export function answerConfirmation(call: Call, result: ConfirmationResult): Answer {
  const answer = answerObject(call, result.intent);
  if (!result.error) return answer;
  const error = {
    ...result.error,
    payment_intent: visibleTo(call, result.intent),
    request_log_url: `https://dashboard.stripe.com/test/logs/${call.cause.requestId}?t=${nowSeconds()}`,
  };
  return { status: 402, body: JSON.stringify({ error }) };
}
