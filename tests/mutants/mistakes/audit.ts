/** The audit, the sweep, and the outbox, which find or repair failures elsewhere. */
import { ACTIVITY_TESTS, type MistakesInFile } from '../mistake.ts';

const AUDIT_TESTS = ['activities/audit', 'worker/audit', ...ACTIVITY_TESTS];

export const AUDIT: readonly MistakesInFile[] = [
  {
    file: 'activities/audit/audit.ts',
    tests: AUDIT_TESTS,
    replacements: [
      ['the audit does not check stock', '      await checkStock(db),\n', '      [],\n'],
      ['the audit does not check reservations', '      await checkReservations(db, settings),\n', '      [],\n'],
      ['the audit does not check workflows', '      await checkWorkflows(db),\n', '      [],\n'],
      ['the audit does not check money', '...money.findings, ', ''],
      ['the audit does not check units', 'await checkUnits(db)', '[]'],
      ['the audit does not check orders', 'await checkOrders(db)', '[]'],
      [
        'the audit checks only money',
        '[...stock, ...reservations, ...workflows, ...money.findings, ...units, ...orders]',
        '[...money.findings]',
      ],
      ['the audit keeps markers of ended reservations', 'await repairMarks(db, stockCounters)', '[] as Finding[]'],
      ['the audit repairs no counters', 'if (drift.size > 0) {', 'if (false) {'],
      ['the audit never reports discrepancies', 'problems.length === 0\n', 'problems.length >= 0\n'],
      [
        'the audit drops findings that persist',
        'problems.filter((problem) => stillThere.has(keyOf(problem)))',
        'problems.filter((problem) => !stillThere.has(keyOf(problem)))',
      ],
    ],
  },
  {
    file: 'worker/audit.ts',
    tests: AUDIT_TESTS,
    replacements: [['the audit always exits with 0', 'report.problems.length === 0 ? 0 : 1', '0']],
  },
  {
    file: 'activities/audit/check-orders.ts',
    tests: AUDIT_TESTS,
    replacements: [
      [
        'a refund made another way does not make an order partially refunded',
        ".when(back, '>', '0')",
        ".when('returned.at_stripe', '>', '0')",
      ],
    ],
  },
  {
    file: 'activities/audit/check-stock.ts',
    tests: AUDIT_TESTS,
    replacements: [
      [
        'reserved units without a reservation are not found',
        "          is('products.reserved_quantity', '<>', is.fn.coalesce('open.quantity', is.lit(0))),\n",
        '',
      ],
      [
        'a paid order without a sale is not found',
        "is(is.parens('orders.paid_at', 'is not', null), '<>', is.parens('reservations.status', '=', 'committed')),",
        'is.lit(false),',
      ],
    ],
  },
  {
    file: 'activities/audit/check-reservations.ts',
    tests: AUDIT_TESTS,
    replacements: [
      ['an overdue reservation is not found', "literal('reserved')", "literal('committed')"],
      ['an overdue order is not found', "literal('pending')", "literal('paid')"],
    ],
  },
  {
    file: 'activities/audit/check-money.ts',
    tests: AUDIT_TESTS,
    replacements: [
      [
        'an unmatched payment that was not refunded is not found',
        'if (payment.refundedCents + lostToBankCents >= payment.capturedCents) return;',
        'if (payment) return;',
      ],
      [
        'a charge that differs from the order’s record is not found',
        'if (atStripe !== captured) find',
        'if (false) find',
      ],
      [
        'a refund that differs from the order’s record is not found',
        'if (backAtStripe !== refunded)\n    find',
        'if (false)\n    find',
      ],
      [
        'money that a canceled order keeps is not found',
        '.includes(order.status) && captured !== back)',
        '.includes(order.status) && false)',
      ],
      [
        'a charge of another amount is not found',
        'if (captured > 0 && captured !== cents(order.total_amount))\n    find',
        'if (false) find',
      ],
    ],
  },
  {
    file: 'activities/audit/check-units.ts',
    tests: AUDIT_TESTS,
    replacements: [
      [
        'units refunded more often than bought are not found',
        "is('taken.units', '>', is.fn.coalesce('bought.units', is.lit(0)))",
        'is.lit(false)',
      ],
      [
        'restocked units that were never sold are not found',
        "      .where('orders.paid_at', 'is', null)\n",
        '      .where((is) => is.lit(false))\n',
      ],
      [
        'units of a product that was never bought are not found',
        "is('taken.units', '>', is.fn.coalesce('bought.units', is.lit(0)))",
        "is('taken.units', '>', is.ref('bought.units'))",
      ],
      ['restocked units of a failed refund are not counted', "        is('line.restocked_at', 'is not', null),\n", ''],
      [
        'units of a refund that was given up are not counted',
        "        is.and([is.ref('refunds.cancels_units'), is('refunds.given_up_at', 'is not', null)]),\n",
        '',
      ],
      [
        'an order that shipped with a failed refund of its units is not found',
        "['awaiting_approval', 'pending', 'failed']",
        "['awaiting_approval', 'pending']",
      ],
      [
        'an order that shipped without its restocked units is reported',
        '      .where((is) => is.not(is.exists(selectRestocked(is))))\n',
        '',
      ],
      [
        'units of a refund that was given up are not checked for restocking',
        "is.or([is('refunds.status', '=', 'succeeded'), is('refunds.given_up_at', 'is not', null)])",
        "is('refunds.status', '=', 'succeeded')",
      ],
      ['missing restocked units of a canceled order are not found', "['refunded', 'canceled']", "['refunded']"],
      ['units of a shipped order are reported as not restocked', "      .where('orders.shipped_at', 'is', null)\n", ''],
      [
        'units of an order that was never sold are reported as not restocked',
        "      .where('orders.paid_at', 'is not', null)\n",
        '',
      ],
    ],
  },
  {
    file: 'activities/audit/check-stock-counters.ts',
    tests: [...AUDIT_TESTS, 'activities/reservations'],
    replacements: [
      [
        'the audit releases reservations that are being made',
        '      if (Date.now() - reserved.get(id)! < IN_FLIGHT_MS) continue;\n',
        '',
      ],
      ['the audit repairs counters that are being adjusted', '    if (adjusting.has(id)) continue;\n', ''],
      [
        'reservations in progress count as drift',
        'const right = available - (inFlight.get(id) ?? 0);',
        'const right = available;',
      ],
    ],
  },
  {
    file: 'activities/audit/sweep.ts',
    tests: AUDIT_TESTS,
    replacements: [
      ['the sweep ends reservations that may still be paid', "      .where(keptUntil, '<', late)\n", ''],
      [
        'orders without a workflow are not resumed',
        "(await failures.attempt('orders', () => resumeOrders(deps, steps))) ?? 0",
        '0',
      ],
    ],
  },
  {
    file: 'activities/audit/missing-workflows.ts',
    tests: AUDIT_TESTS,
    replacements: [
      [
        'a failed refund without a workflow is not resumed',
        "          is.and([is('refunds.status', '=', 'failed'), is('refunds.given_up_at', 'is', null)]),\n",
        '',
      ],
    ],
  },
  {
    file: 'activities/outbox/relay.ts',
    tests: ['activities/outbox', 'activities/email', ...ACTIVITY_TESTS],
    replacements: [
      ['two workers both send each message', '    .forUpdate()\n    .skipLocked(),\n', ''],
      [
        'a failed message is dropped',
        'messages.map(({ id }) => id).filter((id) => !failed.has(id))',
        'messages.map(({ id }) => id)',
      ],
      [
        'a failed batch is dropped',
        'return new Map(messages.map(({ id }) => [id, reason]));',
        'return new Map(messages.slice(0, 0).map(({ id }) => [id, reason]));',
      ],
    ],
  },
  {
    file: 'activities/outbox/handlers.ts',
    tests: ['activities/outbox', 'activities/reservations', 'api/catalog', ...ACTIVITY_TESTS],
    replacements: [
      [
        'a changed product stays in the cache',
        '        await deps.cache.invalidate(ids.map(productCacheKey), [CATALOG_TAG]);\n',
        '',
      ],
      [
        'a change of stock is dropped while the counters are rebuilt',
        "      if (applied.includes(false)) throw new Error('the stock counters are being rebuilt');\n",
        '',
      ],
    ],
  },
  {
    file: 'activities/email/mail-handler.ts',
    tests: ['activities/email', 'activities/outbox'],
    replacements: [
      [
        'a repeated email has another Message-ID',
        'key: `outbox-${message.id}.${orderId}`,',
        'key: `outbox-${Math.random()}.${orderId}`,',
      ],
      [
        'an address that refuses email is not reported',
        '    await recordRefusal(sql, message, payload.kind, sent.reason);\n',
        '',
      ],
    ],
  },
  {
    file: 'activities/audit/check-stock-counters.ts',
    tests: ['activities/audit/check-stock'],
    replacements: [
      [
        'the audit releases units that are being reserved',
        'const target = row.available - ((await inFlightByProduct(db, stockCounters)).get(id) ?? 0);',
        'const target = row.available;',
      ],
    ],
  },
  {
    file: 'activities/audit/check-stock.ts',
    tests: ['activities/audit/check-stock'],
    replacements: [
      [
        'two reservations of one product are reported as a discrepancy',
        ".groupBy('item.product_id')",
        ".groupBy(['item.product_id', 'reservations.id'])",
      ],
    ],
  },
];
