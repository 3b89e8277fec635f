/** Less common cases of orders' responses to shoppers, staff, Stripe's events, and timers. */
import type { MistakesInFile } from '../mistake.ts';

export const ANSWERS: readonly MistakesInFile[] = [
  {
    file: 'api/support/find.ts',
    tests: ['api/support'],
    replacements: [
      [
        'an email address is part of the address of a list',
        'QUERIES.emailHash(emailHash(hashKey, search.address))',
        'QUERIES.emailHash(search.address)',
      ],
      ['a refund is not found by its ID', "(await refundQuery(sql, 'id', search.id)) ?? ", ''],
    ],
  },
  {
    file: 'api/support/page.ts',
    tests: ['api/support'],
    replacements: [
      [
        'browsers block the way from the find page to the list',
        '...(TEMPORAL_UI_URL ? [new URL(TEMPORAL_UI_URL).origin] : [])',
        '',
      ],
    ],
  },
  {
    file: 'api/middleware/errors.ts',
    tests: ['api/support'],
    replacements: [['staff get a problem of a list as JSON', "ctx.accepts('json', 'html') === 'html'", 'false']],
  },
  {
    file: 'api/webhooks/service.ts',
    tests: ['api/webhooks/signals'],
    replacements: [
      ['a chargeback hides a refund from the Stripe Dashboard', "      .where('kind', '<>', 'chargeback')\n", ''],
      [
        'a failed refund hides one from the Stripe Dashboard',
        "\n      .where('status', 'in', ['pending', 'succeeded'])",
        '',
      ],
      [
        'a refund from the Stripe Dashboard that fails later stays recorded',
        'if (!own || own.status !== refund.status) await notifyOfMoney',
        'if (!own) await notifyOfMoney',
      ],
      [
        'a refund at Stripe with another order’s refund ID is matched to that refund',
        "      .where('order_id', '=', order.orderId)\n      .where((own) =>",
        '      .where((own) =>',
      ],
      [
        'another refund of an unmatched payment is ignored',
        'if (payment.stripe_refund_id === id && payment.refund_status === status) return true;',
        'if (payment.refund_status === status) return true;',
      ],
      [
        'an event in an unknown currency is rejected, and retried for days',
        'if (!(error instanceof RangeError)) throw error;',
        'if (error) throw error;',
      ],
      [
        'a refunded charge does not update its unmatched payment',
        '|charge\\.refunded$|charge\\.dispute',
        '|charge\\.dispute',
      ],
      ['money returned by a won chargeback is not recorded', "    case 'charge.dispute.funds_reinstated':\n", ''],
      ['an event of a known refund starts its workflow again', '  if (own.status === refund.status) return;\n', ''],
    ],
  },
  {
    file: 'api/orders/order-reader.ts',
    tests: ['api/orders/order-views'],
    replacements: [
      [
        'shoppers see which staff member did what, and why',
        '      actor: isShopper ? null : actor,\n      reason: isShopper ? null : reason,\n',
        '      actor,\n      reason,\n',
      ],
      [
        'shoppers see why their order is under review',
        'review_reason: isShopper ? null : row.review_reason,',
        'review_reason: row.review_reason,',
      ],
      [
        'a refund that awaits approval is shown as a cancellation that awaits approval',
        "        .where('refunds.kind', '=', 'cancellation')\n",
        '',
      ],
      [
        'a refund’s change of status is not published for its order',
        "refund.fn.max('refunds.updated_at')",
        "refund.fn.max('refunds.given_up_at')",
      ],
      [
        'orders created at the same time are skipped between two pages',
        "order.refTuple('o.created_at', 'o.id'),\n        '<',\n        order.tuple(order.cast<Date>(order.val(at), 'timestamptz'), order.cast<string>(order.val(id), 'uuid')),",
        "'o.created_at', '<', order.cast<Date>(order.val(at), 'timestamptz'),",
      ],
      [
        'the next page of orders starts at a rounded time',
        'encodeCursor([last.cursor_at, last.id])',
        'encodeCursor([last.created_at.toISOString(), last.id])',
      ],
      ['the list of orders counts lines', "fn.sum<number>('line.quantity')", "fn.count<number>('line.quantity')"],
    ],
  },
  {
    file: 'api/orders/routes.ts',
    tests: ['api/orders/order-views'],
    replacements: [
      ['a cancellation that was rejected twice can’t be requested again', '`-${closed!.count + 1}`', "'-2'"],
    ],
  },
  {
    file: 'api/orders/checkout-routes.ts',
    tests: ['api/orders/order-views'],
    replacements: [
      [
        'the account’s address is used although another one was given',
        'email: details.email ?? (await accountEmail(ctx, deps)),',
        'email: identity ? await accountEmail(ctx, deps) : (body.email ?? null),',
      ],
    ],
  },
  {
    file: 'api/orders/checkout.ts',
    tests: ['api/orders/order-views'],
    replacements: [
      [
        'staff find an order by the price of one unit',
        "item('item.quantity', '*', item.ref('item.unit_price').$castTo<number>())",
        "'item.unit_price'",
      ],
      [
        'staff don’t find an order by its customer',
        '    customerId,\n    amount,',
        '    customerId: null,\n    amount,',
      ],
    ],
  },
  {
    file: 'workflows/order/settle-payment.ts',
    tests: ['workflows/order/waits'],
    replacements: [
      [
        'Stripe is queried once for a payment whose webhook may be lost',
        'const CHECK_AFTER_MS = [30_000, 120_000, 300_000];',
        'const CHECK_AFTER_MS = [30_000];',
      ],
      [
        'Stripe is queried twice for a payment whose webhook may be lost',
        'const CHECK_AFTER_MS = [30_000, 120_000, 300_000];',
        'const CHECK_AFTER_MS = [30_000, 120_000];',
      ],
      ['an order without a recorded payment keeps waiting', " || (outcome === 'unpaid' && order.isPaidAtStripe)", ''],
    ],
  },
  {
    file: 'workflows/order/follow-fulfillment.ts',
    tests: ['workflows/order/waits'],
    replacements: [
      [
        'an order is not checked while a return is expected',
        "['awaiting_return', 'awaiting_approval', 'pending']",
        "['awaiting_approval', 'pending']",
      ],
      [
        'an order is not checked while a refund awaits approval',
        "['awaiting_return', 'awaiting_approval', 'pending']",
        "['awaiting_return', 'pending']",
      ],
      [
        'an order is not checked while a refund is pending',
        "['awaiting_return', 'awaiting_approval', 'pending']",
        "['awaiting_return', 'awaiting_approval']",
      ],
    ],
  },
  {
    file: 'workflows/order/case.ts',
    tests: ['workflows/order/waits'],
    replacements: [
      [
        'staff find an order by its last, closed chargeback and not by its open one',
        'disputes?.find(({ status }) => isOpenDispute(status)) ?? disputes?.at(-1)',
        'disputes?.at(-1)',
      ],
    ],
  },
  {
    file: 'workflows/order/updates/recheck-payment.ts',
    tests: ['workflows/order/waits', 'workflows/order/refunds'],
    replacements: [
      [
        'a chargeback that is found together with its payment is lost',
        '      order.isReconcileDue ||= order.facts!.capturedCents === 0;\n',
        '',
      ],
    ],
  },
  {
    file: 'workflows/order/updates/cancel.ts',
    tests: ['workflows/order/waits', 'workflows/order/refunds'],
    replacements: [
      ['an order whose late payment is refunded is canceled again', ' || order.refundId !== undefined', ''],
    ],
  },
  {
    file: 'workflows/unmatched-payment/workflow.ts',
    tests: ['workflows/unmatched-payment'],
    replacements: [
      ['the first retry is six hours late', 'Math.min(attempt - 2,', 'Math.min(attempt - 1,'],
      [
        'the status of a pending refund is queried too late',
        "const CHECK_STRIPE_EVERY = '6 hours';",
        "const CHECK_STRIPE_EVERY = '6 days';",
      ],
      ['an event about a decline triggers the refund again', 'if (!hasNews || isRetryRequested) break;', 'break;'],
      [
        'a refund that the bank declined later stays pending',
        "if (seen.stripeRefundId && seen.refundStatus !== 'failed')",
        "if (seen.stripeRefundId && seen.refundStatus === 'pending')",
      ],
      ['a retry requested by staff is not made', '      isRetryRequested ||= !onlyOutages;\n', ''],
    ],
  },
];
