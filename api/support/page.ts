/** The page on which support staff find a case, and on which they see why a list can't be opened. It works without scripts, and on a phone. */
import { escapeHtml } from '../../infra/escape-html.ts';
import {
  SUPPORT_FIND_PATH,
  SUPPORT_LIST_NAMES,
  supportListPath,
  supportListTitle,
} from '../../infra/temporal/support-lists.ts';
import type { ApiContext, Settings } from '../context.ts';

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 0 auto; max-width: 40rem; padding: 1.5rem 1rem }
h1 { font-size: 1.5rem; line-height: 1.25 }
h2 { font-size: 1.125rem; margin-top: 2.5rem }
label { display: block; margin-bottom: .5rem }
form div { display: flex; flex-wrap: wrap; gap: .5rem }
input, button { font: inherit; padding: .625rem .75rem; border-radius: .375rem; border: 1px solid GrayText }
input { flex: 1 1 14rem; min-width: 0 }
button { cursor: pointer }
[role=alert] { border-left: .25rem solid #c2410c; padding-left: .75rem }
li { margin: .375rem 0 }`;

export interface SupportPage {
  /** Why the previous request failed. */
  sentence?: string;
  /** What was entered, so that it can be corrected. */
  entered?: string;
}

export function writeSupportPage(
  ctx: ApiContext,
  { TEMPORAL_UI_URL }: Pick<Settings, 'TEMPORAL_UI_URL'>,
  page: SupportPage,
): void {
  ctx.type = 'html';
  ctx.set('Cache-Control', 'no-store');
  // Browsers apply `form-action` to redirects too, so it names the Temporal Web UI.
  const targets = ["'self'", ...(TEMPORAL_UI_URL ? [new URL(TEMPORAL_UI_URL).origin] : [])];
  const policy = `default-src 'none';style-src 'unsafe-inline';form-action ${targets.join(' ')};base-uri 'none';frame-ancestors 'none'`;
  ctx.set('Content-Security-Policy', policy);
  ctx.body = render(page);
}

function render({ sentence, entered = '' }: SupportPage): string {
  const links = SUPPORT_LIST_NAMES.map(
    (name) => `<li><a href="${supportListPath(name)}">${escapeHtml(supportListTitle(name))}</a></li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Find a case</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Find a case</h1>
${sentence ? `<p role="alert">${escapeHtml(sentence)}</p>` : ''}
<form method="post" action="${SUPPORT_FIND_PATH}">
<label for="for">Order number, order ID, email address, customer ID, or refund ID</label>
<div><input id="for" name="for" value="${escapeHtml(entered)}" maxlength="300" required autofocus autocomplete="off" autocapitalize="none" spellcheck="false">
<button>Find</button></div>
</form>
<p>You can also enter a Workflow ID such as “retry-ticket 10”, a status such as “partially refunded”, an amount such as 58.99, or a day such as 2026-11-24.</p>
<h2>Lists</h2>
<ul>
${links.join('\n')}
</ul>
</body>
</html>
`;
}
