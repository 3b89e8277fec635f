/** The details of a refund workflow. */
import { expect, it, vi } from 'vitest';
import { refundFacts } from '../../tests/support/refund-facts.ts';
import type { RefundCase } from './case.ts';
import { describeRefund } from './case-details.ts';
import type { RefundFacts } from './messages.ts';

// Links contain the namespace, which is available only inside a workflow.
vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  workflowInfo: () => ({ namespace: 'default' }),
}));

const REFUND = refundFacts({ reason: 'Broken *handle*' });
const STUCK = { since: '2026-11-02T08:30:00.000Z', what: 'Stripe did not answer', why: 'It said *no*.', tries: 3 };

interface Situation {
  refund?: Partial<RefundFacts>;
  refusal?: string;
  outcome?: RefundCase['outcome'];
  stuck?: typeof STUCK;
  isOutage?: boolean;
}

/** @returns the paragraphs of the details */
function pageOf({ refund, refusal, outcome, stuck, isOutage = false }: Situation): string[] {
  const facts = {
    input: { orderId: 'o1' },
    facts: refund && { ...REFUND, ...refund },
    refusal,
    outcome,
    stuck: { current: stuck, isOutage },
  };
  return describeRefund(facts as unknown as RefundCase).split('\n\n');
}

it('a pending refund shows its amount, its reason, and who requested it', () => {
  expect(pageOf({ refund: {} })).toEqual([
    '### Refund of order 482-913-077',
    'The refund is being sent to Stripe. No action is needed.',
    [
      '- Amount: **$25.00**',
      '- State: **pending**',
      '- Order: [482-913-077](/namespaces/default/workflows/order-o1)',
      '- Why: Broken \\*handle\\*',
      '- Requested by: ui:Anna, 2026-11-01 10:00 UTC',
      '- Payment: `pi_1`',
      '- Refund at Stripe: not made yet',
    ].join('\n'),
  ]);
});

it('a refund that was approved and retried shows that, and its items', () => {
  const lines = [{ productId: 'p1', name: 'Mug | blue', quantity: 2 }];
  const page = (restock: boolean) =>
    pageOf({
      refund: { decidedBy: 'admin:u1', decisionReason: 'Fine', stripeRefundId: 're_1', attempt: 2, restock, lines },
    });
  expect(page(true)[2]!.split('\n').slice(5)).toEqual([
    '- Decided by: admin:u1 (Fine)',
    '- Payment: `pi_1`',
    '- Refund at Stripe: `re_1`',
    '- Attempt: 2',
  ]);
  expect(page(true)[3]).toBe('| Item | Quantity | Return to stock |\n| --- | --- | --- |\n| Mug \\| blue | 2 | yes |');
  expect(page(false)[3]).toContain('| 2 | no |');
  expect(pageOf({ refund: { decidedBy: 'admin:u1' } })[2]).toContain('- Decided by: admin:u1 ()');
});

it('a stopped refund says since when and why', () => {
  const stopped = '**Stopped since 2026-11-02 08:30 UTC**: Stripe did not answer. It said \\*no\\*.';
  const failed = pageOf({ refund: { status: 'failed' }, stuck: STUCK });
  expect(failed[1]).toBe(stopped);
  expect(failed[2]).toContain('**The refund failed**');
  expect(pageOf({ refund: {}, stuck: STUCK, isOutage: true }).slice(1, 4)).toEqual([
    stopped,
    'It is retried automatically. Once the cause is fixed, send the update `retry` to retry now.',
    'The refund has not been made at Stripe yet. It is made once Stripe can be reached.',
  ]);
  expect(pageOf({ refund: { stripeRefundId: 're_1' } })[1]).toBe(
    'Stripe or the bank is processing the refund. No action is needed.',
  );
});

const FAILED =
  '**The refund failed**: the customer has not received the money. Send the update `retry` to try again, or `giveUp` if you paid the customer another way';

it.each([
  [
    'awaiting_return',
    'Waiting for the items to be returned. When they arrive, send the update `returnReceived`. If they can’t be accepted, send `declineReturn`. If the customer keeps them, send `withdraw`.',
  ],
  [
    'succeeded',
    'Done: the refund succeeded. If the bank returns it later, a new case with the same Workflow ID shows that.',
  ],
  ['failed', `${FAILED}. If no refund is owed, send \`withdraw\`.`],
  ['rejected', 'The refund was rejected. Nothing is refunded.'],
  ['withdrawn', 'The refund was withdrawn. Nothing is refunded.'],
] as const)('a refund that is %s says what to do next', (status, expected) => {
  const [, next, facts] = pageOf({ refund: { status } });
  expect(next).toBe(expected);
  expect(facts).toContain(`- State: **${status.replaceAll('_', ' ')}**`);
});

it.each([
  [
    'of items that have not shipped',
    { cancelsUnits: true },
    '. If no refund is owed, send `withdraw`; its items then ship.',
  ],
  ['of items that are back in stock', { cancelsUnits: true, isRestocked: true }, '.'],
  ['of a canceled order', { kind: 'cancellation', cancelsUnits: true }, '.'],
] as const)('a failed refund %s offers what can succeed', (_, refund, offer) => {
  expect(pageOf({ refund: { status: 'failed', ...refund } })[1]).toBe(FAILED + offer);
});

it('a return says that its stock is decided when the items arrive', () => {
  const lines = [{ productId: 'p1', name: 'Mug', quantity: 2 }];
  expect(pageOf({ refund: { status: 'awaiting_return', lines } })[3]).toContain(
    '| 2 | decided when the items arrive |',
  );
});

it('a refund awaiting approval says who decides, and where', () => {
  expect(pageOf({ refund: { status: 'awaiting_approval' } }).slice(1, 4)).toEqual([
    '**Waiting for approval.** A support lead who did not request this refund must sign in to the shop and decide:',
    '`POST /api/refunds/r1/approve` or `/reject`. It can’t be approved on this page.',
    'If it is no longer wanted, send the update `withdraw`.',
  ]);
});

it('a refund that was given up, refused, or never requested says so', () => {
  const [, next, facts] = pageOf({ refund: { status: 'failed', isGivenUp: true } });
  expect(next).toBe('The refund to the card was given up. The customer was paid another way.');
  expect(facts).toContain('- State: **given up**');
  expect(pageOf({})).toEqual(['### Refund of order o1', 'No refund has been made yet.']);
  expect(pageOf({ refusal: 'Give *more*.' })).toEqual(['### Refund of order o1', 'Refused: Give \\*more\\*.']);
});
