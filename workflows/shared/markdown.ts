/** Pieces of the cases' Markdown. */
import { workflowInfo } from '@temporalio/workflow';

/** Details are at most 20 KB: a case tells the newest of a long list. */
export const MAX_ROWS = 25;

/** A link to another workflow of this namespace, at the same Temporal UI. */
export function workflowLink(workflowId: string, text = plain(workflowId)): string {
  // Request ids are part of it, and people write anything: a parenthesis would end the link.
  const path = encodeURIComponent(workflowId).replaceAll('(', '%28').replaceAll(')', '%29');
  return `[${text}](/namespaces/${workflowInfo().namespace}/workflows/${path})`;
}

/**
 * What people wrote, so that it can't become Markdown: no headings, links, tables or mathematics; nor what the Web UI's
 * typesetter makes of hyphens and fractions, since tracking numbers are copied from here. (It curls quotes all the same.)
 */
export function plain(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_{}[\]<>()#+|$~!]|-(?=-)|(?<=-)-/g, (character) => `\\${character}`)
    .replaceAll(/(?<=\d)\/(?=\d)/g, '&#47;');
}

/** A sentence with an example of JSON in it, which stays fit to be copied: quotes are left alone in code. */
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
  const left = rows.length - shown.length;
  return [
    line(head),
    line(head.map(() => '---')),
    ...shown.map(line),
    ...(left > 0 ? ['', `… and ${left} earlier`] : []),
  ].join('\n');
}

/** 2026-11-24T16:05:09.123Z → "2026-11-24 16:05 UTC". */
export function atTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

/** The same for a column headed "UTC", where it must not break into four lines: its spaces and hyphens hold together. */
export function inColumn(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)}`.replaceAll('-', '\u2011').replaceAll(' ', '\u00a0');
}

/** Who did something, for a column: of an account its role and as much of its id as tells it from others. */
export function who(actor: string): string {
  const account = /^(\w+):([\da-f]{8})-[\da-f-]{27}$/.exec(actor);
  return account ? `${account[1]!.replaceAll('_', ' ')} ${account[2]}` : plain(actor);
}
