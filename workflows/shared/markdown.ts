/** Pieces of the cases' Markdown. */
import { workflowInfo } from '@temporalio/workflow';

/** Details are at most 20 KB: a case tells the newest of a long list. */
export const MOST_ROWS = 25;

/** A link to another workflow of this namespace, at the same Temporal UI. */
export function workflowLink(workflowId: string, text = workflowId): string {
  return `[${text}](/namespaces/${workflowInfo().namespace}/workflows/${workflowId})`;
}

/** What people wrote, so that it can't become Markdown: no headings, links, tables or mathematics. */
export function plain(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_{}[\]<>()#+|$~!]/g, (character) => `\\${character}`);
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const shown = rows.slice(-MOST_ROWS);
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
