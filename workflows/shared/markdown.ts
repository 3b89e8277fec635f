/** Helpers that render the Markdown of cases. */
import { workflowInfo } from '@temporalio/workflow';

/** Details are limited to 20 KB, so a case shows only the newest rows of a long list. */
export const MAX_ROWS = 25;

/** A link to another workflow of this namespace in the same Temporal UI. */
export function workflowLink(workflowId: string, text = plain(workflowId)): string {
  // The workflow ID can contain a request ID of arbitrary text, in which a parenthesis would end the link.
  const path = encodeURIComponent(workflowId).replaceAll('(', '%28').replaceAll(')', '%29');
  return `[${text}](/namespaces/${workflowInfo().namespace}/workflows/${path})`;
}

/**
 * Escapes text that people wrote, so that it can't become Markdown: no headings, links, tables, or math. It also keeps the Web UI's
 * typesetter from changing hyphens and fractions, since staff copy tracking numbers from here. (It still curls quotes.)
 */
export function plain(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_{}[\]<>()#+|$~!]|-(?=-)|(?<=-)-/g, (character) => `\\${character}`)
    .replaceAll(/(?<=\d)\/(?=\d)/g, '&#47;');
}

/** Renders a sentence that contains a JSON example. The JSON becomes code, where quotes are not curled, so that it can be copied. */
export function withExample(text: string): string {
  const parts = /^([^[{]*)([[{].*[\]}])([^\]}]*)$/.exec(text);
  if (!parts) return plain(text);
  const [before, json, after] = parts.slice(1) as [string, string, string];
  if (json.includes('`')) return plain(text);
  return `${plain(before)}\`${json}\`${plain(after)}`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const shown = rows.slice(-MAX_ROWS);
  const hidden = rows.length - shown.length;
  return [
    line(head),
    line(head.map(() => '---')),
    ...shown.map(line),
    ...(hidden > 0 ? ['', `… and ${hidden} earlier`] : []),
  ].join('\n');
}

/** 2026-11-24T16:05:09.123Z → "2026-11-24 16:05 UTC". */
export function atTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

/** The same for a column with the heading "UTC", with non-breaking spaces and hyphens, so that it does not wrap into four lines. */
export function inColumn(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)}`.replaceAll('-', '\u2011').replaceAll(' ', '\u00a0');
}

/** Names an actor in a table column; an account is shown by its role and the first 8 characters of its ID. */
export function who(actor: string): string {
  const account = /^(\w+):([\da-f]{8})-[\da-f-]{27}$/.exec(actor);
  return account ? `${account[1]!.replaceAll('_', ' ')} ${account[2]}` : plain(actor);
}
