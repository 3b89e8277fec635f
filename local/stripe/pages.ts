/** The layout of all pages, and the pages for shoppers: the bank's authentication, a receipt, and errors. */
import type Stripe from 'stripe';
import { escapeHtml } from '../../infra/escape-html.ts';
import { formatStripeAmount } from './amounts.ts';

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: #eef1f5; color: #1d2733; }
main { width: min(26rem, calc(100vw - 2rem)); box-sizing: border-box; padding: 2rem; background: #fff; border-radius: 14px;
  box-shadow: 0 12px 40px rgb(25 40 60 / 14%); }
h1 { margin: 0 0 .5rem; font-size: 1.25rem; }
p { margin: 0 0 1rem; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: 0 0 1.5rem; }
dt { color: #5b6b7d; } dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; }
form { display: grid; gap: .75rem; margin: 0 0 1rem; }
p:last-child { margin: 0; }
button { font: inherit; font-weight: 600; padding: .75rem 1rem; border-radius: 9px; border: 1px solid #c6d0db;
  background: #fff; color: #1d2733; cursor: pointer; }
button.primary { background: #3a4bd8; border-color: #3a4bd8; color: #fff; }
button:focus-visible { outline: 3px solid #93a0ff; outline-offset: 2px; }
small { color: #5b6b7d; }
@media (prefers-color-scheme: dark) {
  body { background: #11161d; color: #e7edf4; } main { background: #1b232d; box-shadow: none; }
  button { background: #242e3a; border-color: #3a4756; color: #e7edf4; } dt, small { color: #9aa9b9; }
}`;

/** @param style CSS added to that of all pages */
export function page(title: string, content: string, style = ''): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><style>${STYLE}${style}</style></head><body><main>${content}</main></body></html>`;
}

export function money(intent: { amount: number; currency: string }): string {
  return escapeHtml(formatStripeAmount(intent.amount, intent.currency));
}

/** The simulated page of the bank, for cards that need authentication. */
export function authenticationPage(intent: Stripe.PaymentIntent, last4: string): string {
  return page(
    'Confirm your payment',
    `<h1>Confirm your payment</h1>
<p>Your bank wants to be sure that it is you.</p>
<dl><dt>Amount</dt><dd>${money(intent)}</dd><dt>Card</dt><dd>•••• ${escapeHtml(last4)}</dd></dl>
<form method="post">
<button class="primary" name="answer" value="complete">Complete authentication</button>
<button name="answer" value="fail">Fail authentication</button>
</form>
<p><small>A page of the local Stripe stand-in. No real bank is involved and no money moves.</small></p>`,
  );
}

export function receiptPage(charge: Stripe.Charge): string {
  const refunded =
    charge.amount_refunded > 0
      ? `<dt>Refunded</dt><dd>${money({ amount: charge.amount_refunded, currency: charge.currency })}</dd>`
      : '';
  const paidAt = new Date(charge.created * 1000).toISOString().slice(0, 16).replace('T', ' ');
  return page(
    'Receipt',
    `<h1>Receipt</h1>
<dl><dt>Amount paid</dt><dd>${money(charge)}</dd>${refunded}
<dt>Date</dt><dd>${paidAt} UTC</dd>
<dt>Card</dt><dd>•••• ${escapeHtml(charge.payment_method_details?.card?.last4 ?? '')}</dd></dl>
<p><small>Made by the local Stripe stand-in. No money moved.</small></p>`,
  );
}

export function messagePage(title: string, message: string): string {
  return page(title, `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(message)}</p>`);
}
