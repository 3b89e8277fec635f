/** A payment's page for the shop's staff, which simulates the one in the Stripe Dashboard. */
import type Stripe from 'stripe';
import { fromStripeAmount } from '../../domain/currencies.ts';
import { toDecimalString } from '../../domain/money.ts';
import { escapeHtml } from '../../infra/escape-html.ts';
import { formatStripeAmount } from './amounts.ts';
import { DISPUTE_REASONS } from './dispute-object.ts';
import { isOpen } from './disputes.ts';
import { money, page } from './pages.ts';
import { REFUND_REASONS } from './refunds.ts';

export interface PaymentView {
  intent: Stripe.PaymentIntent;
  /** All attempts, oldest first; at most one has succeeded. */
  charges: readonly Stripe.Charge[];
  refunds: readonly Stripe.Refund[];
  disputes: readonly Stripe.Dispute[];
  /** Minor units, like the next four. */
  captured: number;
  refunded: number;
  disputed: number;
  /** The amount that can still be refunded; 0 once the bank has withdrawn the money. */
  refundable: number;
  disputable: number;
  /** Changes with the payment, so that an outdated or repeated form has no effect. */
  version: string;
}

const STYLE = `
body { place-items: start center; padding: 1rem 0; }
main { width: min(40rem, calc(100vw - 2rem)); padding: clamp(1rem, 5vw, 2rem); }
header { margin: 0 0 1rem; } header p { margin: 0 0 .25rem; }
h1 { font-size: 1.75rem; margin: 0; font-variant-numeric: tabular-nums; }
h2 { font-size: 1rem; margin: 1.75rem 0 .5rem; padding-top: 1rem; border-top: 1px solid #dfe5ec; }
code { font-size: .8125rem; overflow-wrap: anywhere; color: #5b6b7d; }
dd { overflow-wrap: anywhere; }
ul { list-style: none; margin: 0; padding: 0; display: grid; gap: .75rem; }
li > p { margin: 0; }
li > p:first-child { display: flex; flex-wrap: wrap; gap: .25rem .5rem; align-items: baseline; }
li strong { font-variant-numeric: tabular-nums; }
.badge { display: inline-block; font-size: .8125rem; font-weight: 600; padding: .0625rem .5rem; border-radius: 1rem; background: #e4e9f0; color: #37475a; }
.good { background: #d8f3e0; color: #13602f; } .bad { background: #fde0de; color: #932018; } .open { background: #fdefcf; color: #74500a; }
.problem { padding: .75rem 1rem; border-radius: 9px; background: #fde0de; color: #932018; }
.side { grid-template-columns: 1fr 1fr; margin: .5rem 0 0; }
label { display: grid; gap: .25rem; color: #5b6b7d; font-size: .875rem; }
input, select { font: inherit; font-size: 1rem; width: 100%; box-sizing: border-box; padding: .625rem .75rem; border-radius: 9px;
  border: 1px solid #c6d0db; background: #fff; color: #1d2733; }
input:focus-visible, select:focus-visible { outline: 3px solid #93a0ff; outline-offset: 1px; }
@media (prefers-color-scheme: dark) {
  h2 { border-color: #313d4a; } code, label { color: #9aa9b9; } input, select { background: #242e3a; border-color: #3a4756; color: #e7edf4; }
  .badge { background: #313d4a; color: #c9d5e1; } .good { background: #123d22; color: #9be0b1; }
  .bad, .problem { background: #4c1a17; color: #ffb9b3; } .open { background: #43330f; color: #f3d48a; }
}`;

type Tone = 'good' | 'bad' | 'open' | '';

const TONES: Readonly<Record<string, Tone>> = {
  succeeded: 'good',
  won: 'good',
  failed: 'bad',
  lost: 'bad',
  pending: 'open',
  processing: 'open',
  requires_action: 'open',
  needs_response: 'open',
  under_review: 'open',
};

/** `product_not_received` → Product not received. */
function words(code: string): string {
  return escapeHtml(code.charAt(0).toUpperCase() + code.slice(1).replaceAll('_', ' '));
}

function badge(code: string, tone: Tone = TONES[code] ?? ''): string {
  return `<span class="badge ${tone}">${words(code)}</span>`;
}

function time(seconds: number): string {
  const date = new Date(seconds * 1000).toISOString();
  return `<time datetime="${date}">${date.slice(0, 16).replace('T', ' ')} UTC</time>`;
}

function badges({ intent, captured, refunded, disputes }: PaymentView): string {
  const shown = [badge(intent.status)];
  if (refunded > 0) shown.push(badge(refunded >= captured ? 'refunded' : 'partly_refunded'));
  for (const status of new Set(disputes.map((dispute) => dispute.status))) {
    shown.push(badge(`dispute_${status}`, TONES[status]));
  }
  return shown.join(' ');
}

function sums(view: PaymentView): string {
  const { currency } = view.intent;
  const line = (name: string, amount: number) => `<dt>${name}</dt><dd>${money({ amount, currency })}</dd>`;
  const metadata = Object.entries(view.intent.metadata).map(
    ([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`,
  );
  return `<dl>${line('Captured', view.captured)}${line('Refunded', view.refunded)}${line('Disputed', view.disputed)}
${metadata.join('')}</dl>`;
}

function tryItem(charge: Stripe.Charge): string {
  const card = charge.payment_method_details?.card;
  const message = charge.failure_message ?? charge.outcome?.seller_message ?? '';
  const code = charge.status === 'failed' ? ` <code>${escapeHtml(charge.outcome?.reason ?? '')}</code>` : '';
  return `<li><p><strong>${money(charge)}</strong> ${badge(charge.status)}</p>
<p>${words(card?.brand ?? 'card')} •••• ${escapeHtml(card?.last4 ?? '')}${card?.three_d_secure ? ', authenticated' : ''}. ${escapeHtml(message)}${code}</p>
<p><small>${time(charge.created)}</small> <code>${charge.id}</code></p></li>`;
}

function refundItem(refund: Stripe.Refund): string {
  const reasons = [refund.reason, refund.failure_reason].filter((code) => code !== null && code !== undefined);
  return `<li><p><strong>${money(refund)}</strong> ${badge(refund.status ?? '')}</p>
${reasons.length > 0 ? `<p>${reasons.map(words).join('. ')}.</p>` : ''}
<p><small>${time(refund.created)}</small> <code>${refund.id}</code></p></li>`;
}

function disputeItem(dispute: Stripe.Dispute, hidden: string): string {
  const dueBy = dispute.evidence_details.due_by;
  const due = dispute.status === 'needs_response' && dueBy !== null ? ` Evidence is due by ${time(dueBy)}.` : '';
  const decide = `<form class="side" method="post">${hidden}<input type="hidden" name="dispute" value="${dispute.id}">
<button name="action" value="won">Shop wins</button><button name="action" value="lost">Shop loses</button></form>`;
  const respond = `<form method="post">${hidden}<input type="hidden" name="dispute" value="${dispute.id}">
<label>Evidence, such as the tracking number<input name="evidence" autocomplete="off" required maxlength="1000"></label>
<button class="primary" name="action" value="evidence">Submit evidence</button></form>`;
  const submissions = dispute.evidence_details.submission_count;
  const submitted =
    submissions > 0 ? ` Evidence was submitted ${submissions === 1 ? 'once' : `${submissions} times`}.` : '';
  return `<li><p><strong>${money(dispute)}</strong> ${badge(dispute.status)}</p>
<p>${words(dispute.reason)}.${due}${submitted}</p>
<p><small>${time(dispute.created)}</small> <code>${dispute.id}</code></p>
${isOpen(dispute) ? respond : ''}
${isOpen(dispute) ? decide : ''}</li>`;
}

function section(title: string, items: readonly string[]): string {
  return items.length > 0 ? `<h2>${title}</h2><ul>${items.join('\n')}</ul>` : '';
}

function options(codes: readonly string[], chosen: string): string {
  return codes
    .map((code) => `<option value="${code}"${code === chosen ? ' selected' : ''}>${words(code)}</option>`)
    .join('');
}

function amountForm(title: string, action: string, most: number, currency: string, rest: string): string {
  if (most < 1) return '';
  const value = toDecimalString(fromStripeAmount(most, currency), currency);
  return `<h2>${title}</h2><form method="post">
<label>Amount in ${escapeHtml(currency.toUpperCase())}, at most ${value}
<input name="amount" inputmode="decimal" autocomplete="off" required value="${value}"></label>
${rest}
<button${action === 'refund' ? ' class="primary"' : ''} name="action" value="${action}">${title}</button></form>`;
}

/** @param problem why the requested action failed */
export function paymentPage(view: PaymentView, problem?: string): string {
  const { intent } = view;
  const hidden = `<input type="hidden" name="version" value="${view.version}">`;
  const reasons = options(REFUND_REASONS, '');
  return page(
    `Payment of ${formatStripeAmount(intent.amount, intent.currency)}`,
    `<header><p><small>Payment</small></p><h1>${money(intent)}</h1><p>${badges(view)}</p>
${intent.description === null ? '' : `<p>${escapeHtml(intent.description)}</p>`}
<p><small>${time(intent.created)}</small> <code>${intent.id}</code></p></header>
${problem === undefined ? '' : `<p class="problem" role="alert">${escapeHtml(problem)}</p>`}
${sums(view)}
${section('Attempts', view.charges.map(tryItem))}
${section('Refunds', view.refunds.map(refundItem))}
${section(
  'Disputes',
  view.disputes.map((dispute) => disputeItem(dispute, hidden)),
)}
${view.refundable < view.captured - view.refunded ? '<h2>Refund</h2><p>The payment was charged back, so it can’t be refunded.</p>' : ''}
${amountForm(
  'Refund',
  'refund',
  view.refundable,
  intent.currency,
  `${hidden}<label>Reason<select name="reason"><option value="">None given</option>${reasons}</select></label>`,
)}
${amountForm(
  'Open a dispute',
  'dispute',
  view.disputable,
  intent.currency,
  `${hidden}<label>Reason of the shopper's bank<select name="reason">${options(DISPUTE_REASONS, 'fraudulent')}</select></label>`,
)}
<p><small>This page of the local Stripe stand-in replaces the Stripe Dashboard. No money moves.</small></p>`,
    STYLE,
  );
}
