/** Payment with a plain HTML form, for a storefront whose scripts have not loaded: responds to a form with a redirect. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type Stripe from 'stripe';
import { strikeBefore } from './api.ts';
import type { Standin } from './call.ts';
import { checkReturnUrl, confirmIntent, finishAuthentication } from './confirm.ts';
import { ApiError, cardError, type ErrorBody } from './errors.ts';
import { NO_CAUSE } from './events.ts';
import type { FormObject } from './form.ts';
import { decodeBody, readBody, redirect, sendPage } from './http.ts';
import { authenticationPage, messagePage } from './pages.ts';
import { Parameters } from './parameters.ts';
import { findIntent } from './payment-intents.ts';
import { createPaymentMethod, resolvePaymentMethod } from './payment-methods.ts';

type RedirectStatus = 'succeeded' | 'processing' | 'failed';

function statusOf(intent: Stripe.PaymentIntent): RedirectStatus {
  if (intent.status === 'succeeded') return 'succeeded';
  return intent.status === 'processing' ? 'processing' : 'failed';
}

/** The shop's URL with the query parameters of Stripe's own redirects; an error adds a message for the shopper. */
function returnAddress(returnUrl: string, intent: Stripe.PaymentIntent, error?: ErrorBody): string {
  const url = new URL(returnUrl);
  url.searchParams.set('payment_intent', intent.id);
  url.searchParams.set('payment_intent_client_secret', intent.client_secret!);
  url.searchParams.set('redirect_status', statusOf(intent));
  if (error) {
    url.searchParams.set('error_code', error.code ?? error.type);
    if (error.decline_code) url.searchParams.set('decline_code', error.decline_code);
    url.searchParams.set('error_message', error.message);
  }
  return url.href;
}

/** `12 / 34`, `12/2034` or `1234`. */
function splitExpiry(fields: Parameters): { exp_month: string; exp_year: string } {
  const expiry = fields.text('expiry');
  const month = fields.text('exp_month');
  const year = fields.text('exp_year');
  if (expiry === undefined) return { exp_month: month ?? '', exp_year: year ?? '' };
  const match = /^\s*(\d{1,2})\s*[/\-. ]?\s*(\d{4}|\d{2})\s*$/.exec(expiry);
  return { exp_month: match?.[1] ?? '', exp_year: match?.[2] ?? '' };
}

function incomplete(code: string, message: string): ApiError {
  return cardError({ code, message });
}

/** The form's card, as `payment_method_data`. @throws ApiError with a message for the shopper */
function cardData(fields: Parameters): FormObject {
  const number = fields.text('number') ?? '';
  const cvc = fields.text('cvc') ?? '';
  const name = fields.text('name') ?? '';
  const expiry = splitExpiry(fields);
  if (number === '') throw incomplete('incomplete_number', 'Your card number is incomplete.');
  if (!/^\d+$/.test(expiry.exp_month) || !/^\d+$/.test(expiry.exp_year)) {
    throw incomplete('incomplete_expiry', "Your card's expiration date is incomplete.");
  }
  if (cvc === '') throw incomplete('incomplete_cvc', "Your card's security code is incomplete.");
  return { type: 'card', card: { number, cvc, ...expiry }, billing_details: { name } };
}

function pay(standin: Standin, id: string, fields: Parameters, returnUrl: string): string {
  const { store } = standin;
  const intent = findIntent(standin, id, fields.text('client_secret') ?? '');
  // Clicking the button again after the payment is not an error for the shopper.
  if (intent.status === 'succeeded' || intent.status === 'processing') return returnAddress(returnUrl, intent);
  try {
    return store.transaction(() => {
      const paymentMethod = createPaymentMethod(standin, new Parameters(cardData(fields)));
      const confirmation = { paymentMethod, returnUrl, offSession: false, errorOnRequiresAction: false };
      const result = confirmIntent(standin, intent, confirmation, NO_CAUSE);
      const next = result.intent.next_action?.redirect_to_url?.url;
      return next ?? returnAddress(returnUrl, result.intent, result.error);
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return returnAddress(returnUrl, store.paymentIntents.get(id)!, error.body);
  }
}

/** POST /local/payment_intents/:id/confirm. */
export async function serveCardForm(
  standin: Standin,
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
): Promise<void> {
  const body = await readBody(request);
  const fields = new Parameters(decodeBody(request.headers['content-type'], body));
  const fault = standin.faults.takeApi('POST', `/local/payment_intents/${id}/confirm`);
  const stopped = fault && (await strikeBefore(fault));
  if (stopped === 'dropped') {
    request.socket.destroy();
    return;
  }
  if (stopped) {
    sendPage(
      response,
      stopped.status,
      messagePage('Payment is not possible right now', 'Please try again in a moment.'),
    );
    return;
  }
  try {
    const returnUrl = checkReturnUrl(standin, fields.requiredText('return_url'));
    const location = pay(standin, id, fields, returnUrl);
    if (fault?.kind === 'timeout_after_commit') request.socket.destroy();
    else redirect(response, location);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    sendPage(response, error.status, messagePage('This payment cannot be made', error.message));
  }
}

/** GET and POST /local/authenticate/:id/:token: the bank's authentication page and the shopper's answer. */
export async function serveAuthentication(
  standin: Standin,
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
  token: string,
): Promise<void> {
  const intent = standin.store.paymentIntents.get(id);
  const action = intent?.next_action?.redirect_to_url;
  if (!intent || !action?.url?.endsWith(`/${id}/${token}`)) {
    sendPage(
      response,
      410,
      messagePage(
        'Nothing to confirm',
        'This payment no longer needs confirmation. Go back to the shop to see its status.',
      ),
    );
    return;
  }
  const method = resolvePaymentMethod(standin, intent.payment_method as string);
  const returnUrl = action.return_url;
  if (request.method === 'GET') {
    const target = returnUrl ? new URL(returnUrl).origin : '';
    sendPage(response, 200, authenticationPage(intent, method.card?.last4 ?? ''), target);
    return;
  }
  const fields = decodeBody(request.headers['content-type'], await readBody(request));
  const passed = fields.answer === 'complete';
  const result = standin.store.transaction(() => {
    // Reads the PaymentIntent again because it may have been canceled while the body arrived.
    return finishAuthentication(standin, standin.store.paymentIntents.get(id)!, passed);
  });
  if (returnUrl) redirect(response, returnAddress(returnUrl, result.intent, result.error));
  else sendPage(response, 200, messagePage('Thank you', 'You may close this page.'));
}
