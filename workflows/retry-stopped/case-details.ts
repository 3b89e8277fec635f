import { plain, workflowLink } from '../shared/markdown.ts';
import type { RetriedCases } from './messages.ts';

export interface RetryFacts {
  requestedBy: string;
  reason: string;
  progress: RetriedCases;
  /** Number of stopped cases at the beginning; undefined before the first page. */
  total: number | undefined;
  isDone: boolean;
}

const cases = (count: number): string => `${count} ${count === 1 ? 'case' : 'cases'}`;

/** States what became of the stopped cases in one line. */
export function resultText({ retried, done, refused, unreachable }: RetriedCases): string {
  if (retried + done + refused + unreachable === 0) return 'No case is stopped.';
  return [
    `Retried ${cases(retried)}`,
    ...(done > 0 ? [`${done} ${done === 1 ? 'has' : 'have'} completed or continued meanwhile`] : []),
    ...(refused > 0
      ? [
          `${refused} ${refused === 1 ? 'refund was' : 'refunds were'} refused by Stripe or the bank, and ${refused === 1 ? 'was' : 'were'} not sent again`,
        ]
      : []),
    ...(unreachable > 0 ? [`${unreachable} could not be reached`] : []),
  ]
    .join('; ')
    .concat('.');
}

/** Renders the progress and the result in Markdown for support staff. */
export function describeRetry({ requestedBy, reason, progress, total, isDone }: RetryFacts): string {
  const seen = progress.retried + progress.done + progress.refused + progress.unreachable;
  const parts = [
    '### Retry of all stopped cases',
    isDone
      ? `**Done.** ${resultText(progress)}`
      : `Retrying: ${seen} of ${total === undefined ? 'all stopped cases' : cases(Math.max(total, seen))}.`,
    `- Requested by: ${plain(requestedBy)}\n- Why: ${plain(reason)}`,
  ];
  if (progress.refused > 0) {
    parts.push(
      'A refund that Stripe or the bank refused needs a decision: open it, and send `retry`, `giveUp`, or `withdraw`.',
    );
  }
  if (progress.unreachableIds.length > 0) {
    parts.push(
      '**Could not be reached**; start this workflow again, or open them:',
      progress.unreachableIds.map((workflowId) => `- ${workflowLink(workflowId)}`).join('\n'),
    );
  }
  return parts.join('\n\n');
}
