/** Payments and refunds at Stripe that the shop did not start. */
import { ACTIVITY_TESTS, type MistakesInFile } from '../mistake.ts';

export const REFUND_TESTS = [
  'activities/refunds',
  ...ACTIVITY_TESTS,
  'tests/unfinished-refunds',
  'tests/units-and-money',
  'tests/support-desk',
  'tests/refund-approval',
  'api/orders',
  'api/refunds',
];

export const FOUND_MONEY: readonly MistakesInFile[] = [
  {
    file: 'activities/refunds/found-ledger.ts',
    tests: [...REFUND_TESTS, 'tests/payment-integrity'],
    replacements: [
      [
        'an event of an earlier refund attempt overwrites the second',
        'own.stripeRefundId === null ? own.attempt === 1 : own.stripeRefundId === stripeRefundId',
        'true',
      ],
      [
        'a full refund in the Stripe Dashboard cancels no units',
        'amountCents >= refundableCents(order, decided)',
        'amountCents > refundableCents(order, decided)',
      ],
      ['units of a won chargeback never ship', "  if (status === 'failed') await restoreUnits(sql, refundId);\n", ''],
      [
        'an inquiry by the bank counts as withdrawn money',
        "if (status.startsWith('warning_') || status === 'prevented') return undefined;",
        "if (status === 'prevented') return undefined;",
      ],
      [
        'money that the order never received is recorded as refunded',
        'if (!order || order.capturedCents === 0) return [];',
        'if (!order) return [];',
      ],
      [
        'a chargeback whose amount changed keeps the first amount',
        'dispute.currency) });\n    await updateRefundedOrder(sql, orderId);\n',
        'dispute.currency) });\n',
      ],
      [
        'restocked units ship when a refund in the Stripe Dashboard fails',
        'if (!refund.isRestocked) await updateRefund',
        'await updateRefund',
      ],
      [
        'a new deadline of a chargeback is ignored',
        '    known.evidence_due_by?.getTime() === dispute.evidenceDueBy?.getTime() &&\n',
        '',
      ],
      [
        'a chargeback keeps its first deadline',
        'doUpdateSet({ ...current, updated_at: now })',
        'doUpdateSet({ status, updated_at: now })',
      ],
      [
        'a changed chargeback appears as a new one in the history',
        "known ? 'dispute_changed' : 'dispute_opened'",
        "'dispute_opened'",
      ],
      [
        'the outcome of a chargeback is missing from the history',
        'dedupeKey: `dispute:${disputeId}:${status}`',
        'dedupeKey: `dispute:${disputeId}`',
      ],
      [
        'a failed refund in the Stripe Dashboard is recorded',
        "  if (status === 'failed') return;\n  const refundId",
        '  const refundId',
      ],
      [
        'a Stripe Dashboard refund, which can still fail, replaces a refund that is owed',
        '    (refund) => !refund.isRestocked,\n',
        '    () => true,\n',
      ],
      [
        'a pending refund can still be approved after a full refund in the Stripe Dashboard',
        'const replaced = [...records.filter(isWaiting), ...failed];',
        'const replaced = failed;',
      ],
      [
        'a failed refund can still be retried after a full refund in the Stripe Dashboard',
        'const replaced = [...records.filter(isWaiting), ...failed];',
        'const replaced = records.filter(isWaiting);',
      ],
      ['a chargeback of a shipped order cancels its units', 'order.isSold && !order.hasShipped &&', 'order.isSold &&'],
      [
        'a chargeback that was won immediately is recorded as failed',
        "    if (status === 'failed') return;\n    await insertFound",
        '    await insertFound',
      ],
      [
        'units do not ship although their refund in the Stripe Dashboard failed',
        "    if (own.requestedBy === STRIPE && status === 'failed') await restoreUnits(sql, own.refundId);\n",
        '',
      ],
      [
        'units ship although the shop’s own refund of them failed at the bank',
        "if (own.requestedBy === STRIPE && status === 'failed')",
        "if (status === 'failed')",
      ],
    ],
  },
];
