/** The page of the workflow that retries all stopped cases. */
import { expect, it, vi } from 'vitest';
import { describeRetry, type RetryFacts, resultText } from './case-details.ts';

// Links contain the namespace, which is available only inside a workflow.
vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  workflowInfo: () => ({ namespace: 'default' }),
}));

const NONE = { retried: 0, done: 0, refused: 0, unreachable: 0, unreachableIds: [] };

it.each([
  [{}, 'No case is stopped.'],
  [{ retried: 1 }, 'Retried 1 case.'],
  [
    { retried: 37, done: 2, unreachable: 1 },
    'Retried 37 cases; 2 have completed or continued meanwhile; 1 could not be reached.',
  ],
  [
    { done: 1, refused: 1 },
    'Retried 0 cases; 1 has completed or continued meanwhile; 1 refund was refused by Stripe or the bank, and was not sent again.',
  ],
  [{ refused: 2 }, 'Retried 0 cases; 2 refunds were refused by Stripe or the bank, and were not sent again.'],
])('%j is described as: %s', (progress, text) => {
  expect(resultText({ ...NONE, ...progress })).toBe(text);
});

const pageOf = (facts: Partial<RetryFacts>) =>
  describeRetry({
    requestedBy: 'Anna *B*',
    reason: 'Stripe is back',
    progress: NONE,
    total: undefined,
    isDone: false,
    ...facts,
  }).split('\n\n');

it('shows the progress, then the result, and who requested it', () => {
  const by = '- Requested by: Anna \\*B\\*\n- Why: Stripe is back';
  expect(pageOf({}).slice(1)).toEqual(['Retrying: 0 of all stopped cases.', by]);
  expect(pageOf({ progress: { ...NONE, retried: 30, done: 7 }, total: 120 })[1]).toBe('Retrying: 37 of 120 cases.');
  // More cases can stop while it runs.
  expect(pageOf({ progress: { ...NONE, retried: 3 }, total: 1 })[1]).toBe('Retrying: 3 of 3 cases.');
  expect(pageOf({ isDone: true })[1]).toBe('**Done.** No case is stopped.');
});

it('lists cases that need a decision or could not be reached', () => {
  const progress = { ...NONE, refused: 1, unreachable: 1, unreachableIds: ['order-1'] };
  const page = pageOf({ progress, isDone: true });
  expect(page[3]).toContain('needs a decision: open it, and send `retry`, `giveUp`, or `withdraw`.');
  expect(page.slice(4)).toEqual([
    '**Could not be reached**; start this workflow again, or open them:',
    '- [order-1](/namespaces/default/workflows/order-1)',
  ]);
});
