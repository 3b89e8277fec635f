/** HTML for email clients: inline styles, since some support no others, and dark colors for those that support them. */
import { escapeHtml } from '../../../infra/escape-html.ts';
import type { AmountRow, Letter, Part, ShopFacts } from './letter.ts';

const FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const GROUND = 'background-color:#f4f2ee;color:#1f2328';
const SHEET = 'background-color:#ffffff;color:#1f2328';
const QUIET = 'color:#5c6470';
const LINE = '1px solid #dedad2';
const BUTTON = 'background-color:#1f4fa3;color:#ffffff';

/** These override the inline styles, hence `!important`. */
const DARK = `@media (prefers-color-scheme: dark) {
.ground { background-color: #14171b !important; color: #e8eaed !important; }
.sheet { background-color: #1d2127 !important; color: #e8eaed !important; }
.quiet { color: #a0a8b3 !important; }
.line { border-color: #333a43 !important; }
.button { background-color: #9dbcff !important; color: #10151c !important; }
}`;

export function renderHtml({ subject, heading, parts, isForStaff }: Letter, shop: ShopFacts): string {
  const why = isForStaff ? 'work in support at' : 'placed an order at';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(subject)}</title>
<style>${DARK}</style>
</head>
<body class="ground" style="margin:0;padding:0;${GROUND}">
<div class="ground" lang="en" style="padding:24px 12px;font-size:16px;line-height:1.5;overflow-wrap:anywhere;${FONT};${GROUND}">
<div style="max-width:560px;margin:0 auto">
<p class="quiet" style="margin:0 0 12px;padding:0 4px;font-weight:600;${QUIET}">${escapeHtml(shop.name)}</p>
<div class="sheet" style="padding:24px;border-radius:12px;${SHEET}">
<h1 style="margin:0 0 16px;font-size:24px;line-height:1.25;font-weight:600">${escapeHtml(heading)}</h1>
${parts.map(renderPart).join('\n')}
</div>
<p class="quiet" style="margin:12px 0 0;padding:0 4px;font-size:14px;${QUIET}">You’re receiving this email because you ${why} <a class="quiet" style="${QUIET}" href="${escapeHtml(shop.storefrontUrl)}">${escapeHtml(shop.name)}</a>.</p>
</div>
</div>
</body>
</html>
`;
}

function renderPart(part: Part): string {
  switch (part.kind) {
    case 'paragraph':
      return `<p style="margin:0 0 16px">${escapeHtml(part.text)}</p>`;
    case 'amounts': {
      const rows = part.rows.map((row) => renderAmount(row, 'font-weight:400'));
      const total = renderAmount(part.total, 'font-weight:600');
      return `<div class="line" style="margin:0 0 16px;border-bottom:${LINE}">\n${[...rows, total].join('\n')}\n</div>`;
    }
    case 'facts':
      return part.rows
        .map(
          ({ label, lines }) =>
            `<p style="margin:0 0 16px"><span class="quiet" style="${QUIET}">${escapeHtml(label)}</span><br>${lines.map(escapeHtml).join('<br>')}</p>`,
        )
        .join('\n');
    case 'link':
      return `<p style="margin:24px 0 0"><a class="button" style="display:inline-block;padding:12px 20px;border-radius:8px;font-weight:600;text-decoration:none;${BUTTON}" href="${escapeHtml(part.url)}">${escapeHtml(part.text)}</a></p>`;
  }
}

/** Side by side, or one after the other in email clients without flexbox. */
function renderAmount({ text, amount }: AmountRow, weight: string): string {
  return `<div class="line" style="display:flex;justify-content:space-between;padding:8px 0;border-top:${LINE};${weight}"><span style="padding-right:16px">${escapeHtml(text)} </span><span style="white-space:nowrap">${escapeHtml(amount)}</span></div>`;
}
