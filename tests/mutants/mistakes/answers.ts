/** Second cases of what orders answer: to shoppers and staff, to Stripe's events, and to the time that passes. */
import type { MistakesInFile } from '../mistake.ts';

export const ANSWERS: readonly MistakesInFile[] = [
  {
    file: 'api/webhooks/service.ts',
    tests: ['api/webhooks/signals'],
    replacements: [
      [
        'a chargeback hides a refund that was made in Stripe’s dashboard',
        "and refund.kind <> 'chargeback' and refund.status",
        'and refund.status',
      ],
      [
        'a refund that failed hides one that was made in Stripe’s dashboard',
        " and refund.status in ('pending', 'succeeded')",
        '',
      ],
      [
        'a refund of Stripe’s dashboard that fails later stays booked',
        'if (!own || own.status !== refund.status) await notifyOfMoney',
        'if (!own) await notifyOfMoney',
      ],
      [
        'a refund at Stripe that names another order’s is taken for that one',
        'where order_id = $1 and (stripe_refund_id = $2 or id::text = $3)',
        'where (order_id = $1 or true) and (stripe_refund_id = $2 or id::text = $3)',
      ],
      [
        'another refund of an unmatched payment is not looked at',
        'if (payment.stripe_refund_id === id && payment.refund_status === status) return true;',
        'if (payment.refund_status === status) return true;',
      ],
      [
        'an event in an unknown currency is refused, and sent for days',
        'if (!(error instanceof RangeError)) throw error;',
        'if (error) throw error;',
      ],
      [
        'a charge that was refunded says nothing of an unmatched payment',
        '|charge\\.refunded$|charge\\.dispute',
        '|charge\\.dispute',
      ],
      ['money that a won chargeback brings back is not booked', "    case 'charge.dispute.funds_reinstated':\n", ''],
      ['news of a refund that is known starts its workflow again', '  if (own.status === refund.status) return;\n', ''],
    ],
  },
  {
    file: 'api/orders/order-reader.ts',
    tests: ['api/orders/order-views'],
    replacements: [
      [
        'shoppers read who of the staff did what, and why',
        "'actor', case when $3 then event.actor end, 'reason', case when $3 then event.reason end)",
        "'actor', event.actor, 'reason', event.reason)",
      ],
      [
        'shoppers read why their order is under review',
        'review_reason: mine ? null : row.review_reason,',
        'review_reason: row.review_reason,',
      ],
      [
        'a refund that waits for approval shows as a cancellation that waits',
        "and kind = 'cancellation' and status = 'awaiting_approval'",
        "and status = 'awaiting_approval'",
      ],
      [
        'a refund that moves on is no news of its order',
        "'greatest(o.updated_at, (select max(updated_at) from refunds where order_id = o.id))'",
        "'o.updated_at'",
      ],
      [
        'orders of the same moment are left out between two pages',
        'and (o.created_at, o.id) < ($2::timestamptz, $3::uuid)',
        'and o.created_at < $2::timestamptz and $3::uuid is not null',
      ],
      [
        'the next page begins at a rounded time',
        'encodeCursor([last.cursor_at, last.id])',
        'encodeCursor([last.created_at.toISOString(), last.id])',
      ],
      ['the list of orders counts lines', 'sum(quantity)::int as item_count', 'count(*)::int as item_count'],
    ],
  },
  {
    file: 'api/orders/routes.ts',
    tests: ['api/orders/order-views'],
    replacements: [
      ['a cancellation that was rejected twice can’t be asked for again', '`-${rejected!.count + 1}`', "'-2'"],
    ],
  },
  {
    file: 'api/orders/checkout-routes.ts',
    tests: ['api/orders/order-views'],
    replacements: [
      [
        'the account’s address is taken although another one was given',
        'email: body.email ?? (await accountEmail(ctx, deps)),',
        'email: identity ? await accountEmail(ctx, deps) : (body.email ?? null),',
      ],
    ],
  },
  {
    file: 'api/orders/checkout.ts',
    tests: ['api/orders/order-views'],
    replacements: [
      ['staff find an order by the price of one unit', 'sum(quantity * unit_price)', 'sum(unit_price)'],
      [
        'staff don’t find an order by its customer',
        'const order = { orderId, customerId, amount,',
        'const order = { orderId, customerId: null, amount,',
      ],
    ],
  },
  {
    file: 'workflows/order/settle-payment.ts',
    tests: ['workflows/order/waits'],
    replacements: [
      [
        'Stripe is asked once for a payment whose webhook may be lost',
        'const CHECK_AFTER_MS = [30_000, 120_000, 300_000];',
        'const CHECK_AFTER_MS = [30_000];',
      ],
      [
        'Stripe is asked twice for a payment whose webhook may be lost',
        'const CHECK_AFTER_MS = [30_000, 120_000, 300_000];',
        'const CHECK_AFTER_MS = [30_000, 120_000];',
      ],
      [
        'an order whose payment is nowhere in the records waits on',
        " || (outcome === 'unpaid' && order.isPaidAtStripe)",
        '',
      ],
    ],
  },
  {
    file: 'workflows/order/follow-fulfillment.ts',
    tests: ['workflows/order/waits'],
    replacements: [
      [
        'an order is left alone while a return is on its way',
        "['awaiting_return', 'awaiting_approval', 'pending']",
        "['awaiting_approval', 'pending']",
      ],
      [
        'an order is left alone while a refund waits for approval',
        "['awaiting_return', 'awaiting_approval', 'pending']",
        "['awaiting_return', 'pending']",
      ],
      [
        'an order is left alone while a refund is on its way',
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
        'staff find an order by its last chargeback, which is over, and not by its open one',
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
        'a chargeback is forgotten that support finds together with the payment',
        '      order.isReconcileDue ||= order.facts!.capturedCents === 0;\n',
        '',
      ],
    ],
  },
  {
    file: 'workflows/order/updates/cancel.ts',
    tests: ['workflows/order/waits', 'workflows/order/refunds'],
    replacements: [
      ['an order whose late payment goes back is canceled once more', ' || order.refundId !== undefined', ''],
    ],
  },
  {
    file: 'workflows/unmatched-payment/workflow.ts',
    tests: ['workflows/unmatched-payment'],
    replacements: [
      ['the first retry comes six hours later', 'Math.min(attempt - 2,', 'Math.min(attempt - 1,'],
      [
        'a refund on its way is asked for too late',
        "const CHECK_STRIPE_EVERY = '6 hours';",
        "const CHECK_STRIPE_EVERY = '6 days';",
      ],
      ['news of a refusal sends the refund again', 'if (!hasNews || isRetryRequested) break;', 'break;'],
      [
        'a refund that the bank refused later stays sent',
        "if (seen.stripeRefundId && seen.refundStatus !== 'failed')",
        "if (seen.stripeRefundId && seen.refundStatus === 'pending')",
      ],
      ['a retry that staff ask for is not made', '      isRetryRequested = true;\n', ''],
    ],
  },
];
