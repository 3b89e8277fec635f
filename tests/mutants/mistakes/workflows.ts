/** Workflows, with time skipping. */
import type { MistakesInFile } from '../mistake.ts';

export const WORKFLOWS: readonly MistakesInFile[] = [
  {
    file: 'workflows/shared/search-attributes.ts',
    tests: ['tests/search-attributes'],
    replacements: [
      ['a case is not found by its order number', 'value: facts.orderNumber }', "value: 'none' }"],
      [
        'a status is found only by its name in the database',
        'value: statusInWords(facts.status)',
        'value: facts.status',
      ],
    ],
  },
  {
    file: 'workflows/shared/show-attributes.ts',
    tests: ['tests/search-attributes'],
    replacements: [
      [
        'search attributes are set again whenever records are loaded',
        '!isSame(shown.get(key), value)',
        'value !== undefined',
      ],
    ],
  },
  {
    file: 'workflows/refund/workflow.ts',
    tests: ['tests/search-attributes'],
    replacements: [
      ['a refund from the start form is not found by email address', '  refund.emailHash = record.emailHash;\n', ''],
    ],
  },
  {
    file: 'api/webhooks/service.ts',
    tests: ['tests/search-attributes'],
    replacements: [
      [
        'a refund that is resumed for an event has the status of its order',
        '  const resumedOwn = {\n    orderId,',
        '  const resumedOwn = {\n    status: order.status,\n    orderId,',
      ],
    ],
  },
  {
    file: 'workflows/order/settle-payment.ts',
    tests: ['workflows/order', 'tests/late-payment', 'tests/payment-integrity', 'api/webhooks'],
    replacements: [
      [
        'a payment for an ended order is not searched for',
        '      await checkMovedMoney(order);\n      // Only once:',
        '      // Only once:',
      ],
      [
        'an extended order ends at its first deadline',
        '      if (!order.cancelRequest && (await hasMoreTime(order))) continue;\n',
        '',
      ],
      ['an order is closed while a charge is in flight', "    if (status === 'in_flight') {\n", '    if (false) {\n'],
      [
        'Stripe is not queried before the deadline',
        'const CHECK_AFTER_MS = [30_000, 120_000, 300_000];',
        'const CHECK_AFTER_MS: number[] = [];',
      ],
      [
        'an order that was paid just before its deadline is closed',
        "    if (status === 'succeeded') {\n      order.markPaidAtStripe();\n      return undefined;\n    }\n",
        '',
      ],
    ],
  },
  {
    file: 'workflows/order/follow-fulfillment.ts',
    tests: ['workflows/order', 'tests/units-and-money'],
    replacements: [
      [
        'an order is not checked while a refund is open',
        'record.refunds.some((refund) => OPEN_REFUNDS.includes(refund.status)) ||\n    ',
        '',
      ],
      [
        'an order is not checked while a chargeback is open',
        ' ||\n    record.disputes.some((dispute) => isOpenDispute(dispute.status))',
        '',
      ],
    ],
  },
  {
    file: 'workflows/refund/workflow.ts',
    tests: ['workflows/refund', 'tests/invariants', 'tests/units-and-money', 'tests/support-desk'],
    replacements: [
      [
        'a refund that the bank declined later stays pending',
        "if (status === 'succeeded' && refund.news && stripeRefundId) {",
        'if (false) {',
      ],
      ['Stripe is never queried for the outcome of a refund', '  if (!refund.news) await checkStripe(refund);\n', ''],
      [
        'a failed refund ends without waiting for staff',
        '      await untilStaffDecide(refund);\n',
        "      return 'failed';\n",
      ],
    ],
  },
  {
    file: 'workflows/reservation/workflow.ts',
    tests: ['workflows/reservation'],
    replacements: [
      [
        'the last check for a payment is up to ten minutes late',
        'if (keptUntil > Date.now()) checkAt = Math.min(checkAt, keptUntil);',
        '',
      ],
      [
        'a reservation whose response was lost keeps its units',
        "      await stuck.retry('The reservation could not be released', durable.releaseReservation({ reservationId }));\n",
        '',
      ],
      [
        'a request for another reservation is accepted',
        'if (reservation?.reservationId !== reservationId)',
        'if (false)',
      ],
      [
        'a reservation that may be paid is never checked again',
        '        checkAt = Date.now() + waitMs;\n',
        '        checkAt = Number.MAX_SAFE_INTEGER;\n',
      ],
    ],
  },
  {
    file: 'workflows/order/apply-payments.ts',
    tests: ['workflows/order', 'tests/invariants', 'tests/payment-integrity'],
    replacements: [
      [
        'a late payment is not refunded',
        "    await startRefund(order, refund, 'Full refund: the payment arrived after the reservation ended');\n",
        '\n',
      ],
      ['an unmatched payment is not refunded', '    await startUnlessRunning(start);\n', ''],
    ],
  },
];
