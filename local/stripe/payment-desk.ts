/** GET and POST /local/payments/:id: shows a payment to the shop's staff, with the actions that they have in the Stripe Dashboard. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type Stripe from 'stripe';
import { toStripeAmount } from '../../domain/currencies.ts';
import { fromDecimal } from '../../domain/money.ts';
import type { Standin } from './call.ts';
import { DISPUTE_REASONS } from './dispute-object.ts';
import { changeDispute, closeDispute, disputableAmount, disputedAmount, openDispute } from './disputes.ts';
import { ApiError, invalidParameter, resourceMissing } from './errors.ts';
import { NO_CAUSE } from './events.ts';
import { decodeBody, isFromOwnPage, isLoopback, readBody, redirect, sendPage } from './http.ts';
import { digestText } from './ids.ts';
import { messagePage } from './pages.ts';
import { Parameters } from './parameters.ts';
import { type PaymentView, paymentPage } from './payment-page.ts';
import { isChargedBack, REFUND_REASONS, refundCharge } from './refunds.ts';

function viewOf(standin: Standin, intentId: string): PaymentView | undefined {
  const { store } = standin;
  const intent = store.paymentIntents.get(intentId);
  if (!intent) return undefined;
  const charges = store.charges.all({ payment_intent: intentId });
  const refunds = store.refunds.all({ payment_intent: intentId });
  const disputes = store.disputes.all({ payment_intent: intentId });
  const paid = charges.find((charge) => charge.status === 'succeeded');
  const captured = paid?.amount_captured ?? 0;
  const refunded = paid?.amount_refunded ?? 0;
  return {
    intent,
    charges,
    refunds,
    disputes,
    captured,
    refunded,
    disputed: disputedAmount(disputes),
    refundable: isChargedBack(disputes) ? 0 : captured - refunded,
    disputable: paid ? disputableAmount(paid, disputes) : 0,
    version: digestText(JSON.stringify([charges, refunds, disputes])),
  };
}

function readAmount(fields: Parameters, currency: string): number {
  const text = fields.requiredText('amount');
  try {
    return toStripeAmount(fromDecimal(text, currency), currency);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw invalidParameter('amount', `“${text}” is not a valid amount in ${currency.toUpperCase()}.`);
  }
}

/** Call inside a transaction. @throws ApiError with a message for the user */
function act(standin: Standin, view: PaymentView, fields: Parameters): void {
  if (fields.text('version') !== view.version) {
    throw invalidParameter(
      'version',
      'This payment has changed since you opened the page, so nothing was done. Its current state is shown below.',
    );
  }
  const action = fields.requiredText('action');
  const charge = view.charges.find((candidate) => candidate.status === 'succeeded');
  if (!charge) throw invalidParameter('action', 'This payment has not succeeded.');
  if (action === 'refund') {
    const amount = readAmount(fields, charge.currency);
    const reason = fields.oneOf('reason', REFUND_REASONS) ?? null;
    refundCharge(standin, { charge, amount, reason, metadata: {} }, NO_CAUSE);
  } else if (action === 'dispute') {
    const amount = readAmount(fields, charge.currency);
    openDispute(standin, charge, fields.oneOf('reason', DISPUTE_REASONS) ?? 'fraudulent', amount);
  } else if (action === 'evidence' || action === 'won' || action === 'lost') {
    const id = fields.requiredText('dispute');
    const dispute = view.disputes.find((candidate) => candidate.id === id);
    if (!dispute) throw resourceMissing('dispute', id, 'dispute');
    if (action === 'evidence') submitEvidence(standin, dispute, fields.requiredText('evidence'));
    else closeDispute(standin, dispute, action, NO_CAUSE);
  } else throw invalidParameter('action', `Unknown action “${action}”.`);
}

function submitEvidence(standin: Standin, dispute: Stripe.Dispute, text: string): void {
  const { metadata, intended_submission_method: intendedSubmissionMethod } = dispute;
  const evidence = { uncategorized_text: text };
  changeDispute(standin, dispute, { evidence, metadata, intendedSubmissionMethod, submit: true }, NO_CAUSE);
}

function show(response: ServerResponse, status: number, html: string): void {
  // Browsers must send a referrer, so that this server recognizes forms from its own pages.
  sendPage(response, status, html, '', 'same-origin');
}

export async function servePayment(
  standin: Standin,
  request: IncomingMessage,
  response: ServerResponse,
  intentId: string,
): Promise<void> {
  if (!isLoopback(request)) {
    show(response, 403, messagePage('Not available', 'Payments are shown only on this machine.'));
    return;
  }
  if (request.method === 'POST') {
    if (!isFromOwnPage(request)) {
      show(response, 403, messagePage('Not allowed', 'A payment can be changed only from its own page.'));
      return;
    }
    const fields = new Parameters(decodeBody(request.headers['content-type'], await readBody(request)));
    try {
      standin.store.transaction(() => {
        const view = viewOf(standin, intentId);
        if (view) act(standin, view, fields);
      });
      redirect(response, `/local/payments/${intentId}`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      show(response, error.status, paymentPage(viewOf(standin, intentId)!, error.message));
    }
    return;
  }
  const view = viewOf(standin, intentId);
  if (view) show(response, 200, paymentPage(view));
  else show(response, 404, messagePage('Payment not found', `The stand-in has no payment ${intentId}.`));
}
