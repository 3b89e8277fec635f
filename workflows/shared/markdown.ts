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

/**
 * Escapes the dollar signs of a whole page. The Web UI renders text between two of them in one paragraph or table row as math, and amounts
 * contain them.
 */
export function withoutMath(markdown: string): string {
  // Code and escaped characters stay as they are.
  return markdown.replaceAll(/`[^`]*`|\\.|\$/gs, (found) => (found === '$' ? '\\$' : found));
}

/** Renders a sentence that contains a JSON example. The JSON becomes code, where quotes are not curled, so that it can be copied. */
export function withExample(text: string): string {
  const parts = /^([^[{]*)([[{].*[\]}])([^\]}]*)$/.exec(text);
  if (!parts) return plain(text);
  const [before, json, after] = parts.slice(1) as [string, string, string];
  if (json.includes('`')) return plain(text);
  return `${plain(before)}\`${json}\`${plain(after)}`;
}

/** @param earlier number of rows that came before `rows` @param max number of rows to show, the newest */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { earlier = 0, max = MAX_ROWS }: { earlier?: number; max?: number } = {},
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const shown = rows.slice(Math.max(0, rows.length - max));
  const hidden = earlier + rows.length - shown.length;
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

/** States since when and why a case has stopped. @param next what happens next, and what staff can do */
export function stoppedText(stopped: { since: string; what: string; why: string } | undefined, next: string): string[] {
  if (!stopped) return [];
  return [`**Stopped since ${atTime(stopped.since)}**: ${stopped.what}. ${plain(stopped.why)}`, next].filter(Boolean);
}

/** Names an actor in a table column; an account is shown by its role and the first 8 characters of its ID. */
export function who(actor: string): string {
  const account = /^(\w+):([\da-f]{8})-[\da-f-]{27}$/.exec(actor);
  return account ? `${account[1]!.replaceAll('_', ' ')} ${account[2]}` : plain(actor);
}
