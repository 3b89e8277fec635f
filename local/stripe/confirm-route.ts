/** POST /v1/payment_intents/:id/confirm. */
import type { Answer, Call } from './call.ts';
import { answerConfirmation, confirmIntent, readConfirmation } from './confirm.ts';
import { intentOf, readReceiptEmail, readShipping } from './payment-intents.ts';

export function confirmIntentRoute(call: Call): Answer {
  const { standin, parameters } = call;
  const intent = intentOf(call);
  const receiptEmail = readReceiptEmail(parameters);
  const shipping = readShipping(parameters);
  parameters.ignore('capture_method', 'radar_options');
  const confirmation = readConfirmation(standin, parameters);
  const given = {
    ...intent,
    receipt_email: receiptEmail === undefined ? intent.receipt_email : receiptEmail,
    shipping: shipping === undefined ? intent.shipping : shipping,
  };
  return answerConfirmation(call, confirmIntent(standin, given, confirmation, call.cause));
}
