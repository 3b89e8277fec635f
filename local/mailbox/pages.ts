/** The mailbox's pages: the list, and an email as HTML, text, or source. They have no scripts. */
import { createHash } from 'node:crypto';
import { escapeHtml } from '../../infra/escape-html.ts';
import { MAX_MESSAGES, type Message, type Summary } from './store.ts';

const STYLE = `
:root { color-scheme: light dark; --ground: #f4f2ee; --sheet: #fff; --ink: #1f2328; --quiet: #5c6470; --line: #dedad2;
  --accent: #31569b; font: 16px/1.5 system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171b; --sheet: #1d2127; --ink: #e8eaed; --quiet: #a0a8b3;
  --line: #333a43; --accent: #9dbcff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); overflow-wrap: anywhere; }
main, header { width: min(60rem, 100%); margin: 0 auto; padding: 0 1rem; }
header { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .75rem 1.5rem;
  padding-top: 1.5rem; padding-bottom: 1rem; }
h1 { margin: 0; font-size: 1.35rem; line-height: 1.3; }
a { color: var(--accent); text-underline-offset: .2em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
form { display: flex; gap: .5rem; margin: 0; flex: 1 1 16rem; max-width: 26rem; }
input, button { font: inherit; color: inherit; min-height: 2.75rem; padding: .25rem .75rem; border: 1px solid var(--line);
  border-radius: 8px; background: var(--sheet); }
input { flex: 1; min-width: 0; } button { font-weight: 600; cursor: pointer; }
.quiet { color: var(--quiet); }
.sheet { background: var(--sheet); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; }
ol { list-style: none; margin: 0; padding: 0; }
li + li { border-top: 1px solid var(--line); }
li a { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; padding: .75rem 1rem; color: inherit;
  text-decoration: none; }
li a:hover { background: color-mix(in srgb, var(--accent) 9%, transparent); }
li a:focus-visible { outline-offset: -3px; }
li strong { font-weight: 600; } li .to { grid-column: 1; } time { white-space: nowrap; }
.empty { padding: 3rem 1rem; text-align: center; }
nav { display: flex; flex-wrap: wrap; gap: .5rem; margin: 1rem 0; }
nav a { padding: .5rem .9rem; border: 1px solid var(--line); border-radius: 8px; text-decoration: none; }
nav a[aria-current] { background: var(--accent); border-color: var(--accent); color: var(--sheet); }
dl { display: grid; grid-template-columns: auto 1fr; gap: .1rem 1rem; margin: .75rem 0 0; }
dt { color: var(--quiet); } dd { margin: 0; }
iframe { display: block; width: 100%; height: 70vh; border: 0; resize: vertical; background: Canvas; }
pre { margin: 0; padding: 1rem; white-space: pre-wrap; font: .9rem/1.5 ui-monospace, monospace; }
main { padding-bottom: 2rem; }
footer { padding-top: 1rem; font-size: .9rem; }
@media (max-width: 36rem) { li a { grid-template-columns: 1fr; } }`;

/** Allows only the pages' own style and the frame of an email, so that an email's content can't add anything. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "frame-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** An email's HTML may contain inline styles and images, but no scripts or external resources; its links open in new tabs. */
const SANDBOX = 'allow-popups allow-popups-to-escape-sandbox';
export const MAIL_POLICY = [
  `sandbox ${SANDBOX}`,
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join('; ');

export const VIEWS = ['html', 'text', 'source'] as const;
export type View = (typeof VIEWS)[number];
const VIEW_NAMES: Readonly<Record<View, string>> = { html: 'Formatted', text: 'Plain text', source: 'Source' };

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>${content}</body></html>`;
}

const formatTime = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });

function time(iso: string): string {
  return `<time datetime="${escapeHtml(iso)}">${formatTime.format(new Date(iso))}</time>`;
}

export interface ListPage {
  messages: readonly Summary[];
  /** Number of all matches, including those on other pages. */
  total: number;
  to: string;
  hasOlder: boolean;
}

export function listPage({ messages, total, to, hasOlder }: ListPage): string {
  const rows = messages.map(
    (message) => `<li><a href="/messages/${message.id}"><strong>${subjectOf(message)}</strong>
<span class="quiet">${time(message.received_at)}</span>
<span class="quiet to">to ${escapeHtml(message.to.join(', '))}</span></a></li>`,
  );
  const older = new URLSearchParams({ ...(to && { to }), before: String(messages.at(-1)?.id ?? '') });
  return page(
    'Mailbox',
    `<header><h1>Mailbox <span class="quiet">${total}</span></h1>
<form method="get" action="/"><input type="search" name="to" value="${escapeHtml(to)}" placeholder="Recipient’s address"
 aria-label="Recipient’s address" autocapitalize="none" autocomplete="off"><button>Show</button></form></header>
<main><div class="sheet">${
      rows.length > 0
        ? `<ol>${rows.join('\n')}</ol>`
        : `<p class="empty quiet">${to ? `No emails to ${escapeHtml(to)} yet.` : 'No emails yet.'}</p>`
    }</div>
<footer class="quiet"><p>${hasOlder ? `<a href="/?${escapeHtml(older.toString())}">Older emails</a> · ` : ''}${
      to ? '<a href="/">All emails</a> · ' : ''
    }Shows the last ${MAX_MESSAGES.toLocaleString('en')} emails of the local shop. No email leaves this machine.</p></footer></main>`,
  );
}

export function messagePage(message: Message, view: View, source: string): string {
  const { id } = message;
  const views = VIEWS.filter((name) => name !== 'html' || message.html !== null).map(
    (name) =>
      `<a href="/messages/${id}?view=${name}"${name === view ? ' aria-current="page"' : ''}>${VIEW_NAMES[name]}</a>`,
  );
  const content = {
    html: `<iframe src="/messages/${id}/html" sandbox="${SANDBOX}" title="The email as HTML"></iframe>`,
    text: `<pre>${escapeHtml(message.text)}</pre>`,
    source: `<pre>${escapeHtml(source)}</pre>`,
  }[view];
  return page(
    message.subject || 'Mail',
    `<header><div><p class="quiet"><a href="/">Mailbox</a></p><h1>${subjectOf(message)}</h1>
<dl><dt>From</dt><dd>${escapeHtml(message.from)}</dd>
<dt>To</dt><dd>${message.to.map((to) => `<a href="/?${escapeHtml(new URLSearchParams({ to }).toString())}">${escapeHtml(to)}</a>`).join(', ')}</dd>
<dt>Received</dt><dd>${time(message.received_at)}</dd></dl></div></header>
<main><nav aria-label="Views">${views.join('')}</nav><div class="sheet">${content}</div></main>`,
  );
}

export function missingPage(): string {
  return page(
    'Email not found',
    `<main><h1>Email not found</h1><p>This email does not exist or was replaced by newer ones. <a href="/">Go to the mailbox</a></p></main>`,
  );
}

/** An email's HTML with links that open in new tabs, because the frame can't show the shop's pages. */
export function mailDocument(html: string): string {
  const base = '<base target="_blank">';
  const head = /<head\b[^>]*>/i.exec(html);
  if (!head) return base + html;
  const end = head.index + head[0].length;
  return html.slice(0, end) + base + html.slice(end);
}

function subjectOf({ subject }: Summary): string {
  return escapeHtml(subject || '(no subject)');
}
