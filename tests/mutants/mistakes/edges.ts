/** Less common cases of orders and payments: mistakes that show only with another cart, attempt, refund, or request. */
import type { MistakesInFile } from '../mistake.ts';

export const EDGES: readonly MistakesInFile[] = [
  {
    file: 'activities/orders/payment-ledger.ts',
    tests: ['activities/orders/payment-ledger'],
    replacements: [
      [
        'a payment removes the purchased products from the carts of all shoppers',
        "    .whereRef('cart_items.cart_id', '=', 'reservations.cart_id')\n",
        '',
      ],
      [
        'a payment empties its cart, including products that were not ordered',
        "    .whereRef('cart_items.product_id', '=', 'bought.product_id')\n",
        '',
      ],
      [
        'a payment removes products of any order from its cart',
        "    .whereRef('bought.reservation_id', '=', 'reservations.id')\n",
        '',
      ],
      ['declined payment attempts are sorted by ID', "      .orderBy('recorded_at')\n", ''],
      [
        'the last declined payment attempt is emailed instead of the first',
        'message: failures[0]!.message',
        'message: last.message',
      ],
      ['the first declined payment attempt is shown instead of the last', 'failures.at(-1)', 'failures[0]'],
      [
        'a paid order shows a declined payment attempt',
        "if (!last || order.status !== 'pending') return failures;",
        'if (!last) return failures;',
      ],
      [
        'a declined attempt of another payment is shown on the order that its metadata names',
        ".where('payment_id', '=', order.payment_intent_id)",
        ".where('payment_id', 'in', sql.query.selectFrom('payments').select('id').where('order_id', '=', orderId))",
      ],
    ],
  },
  {
    file: 'infra/postgres/payments.ts',
    tests: ['activities/orders/payment-ledger'],
    replacements: [
      [
        'a payment stays assigned to the order that its metadata named',
        "            payment('payments.order_id', '<>', payment.ref('excluded.order_id')),\n",
        '',
      ],
    ],
  },
  {
    file: 'activities/orders/order-steps.ts',
    tests: ['activities/orders/order-steps'],
    replacements: [
      [
        'two staff actions with the same request ID count as one',
        'const dedupeKey = `${step.action}:${request.requestId}`;',
        'const dedupeKey = request.requestId;',
      ],
      [
        'a partially refunded order is released as fully paid',
        'fromDecimal(order.refunded_amount, order.currency) + otherwiseCents',
        'otherwiseCents',
      ],
      ['a released order keeps its review reason', "'unfulfilled', { review_reason: null }", "'unfulfilled'"],
      [
        'an order under review has no review reason',
        "'under_review', { review_reason: reason ?? null }",
        "'under_review'",
      ],
      [
        'a delivered order has no delivery time, which starts its return window',
        "'delivered', { delivered_at: now }",
        "'delivered'",
      ],
    ],
  },
  {
    file: 'activities/orders/case-reader.ts',
    tests: ['activities/orders/order-steps'],
    replacements: [
      [
        'staff see the account’s address although another one was given at checkout',
        'row.email ?? row.account_email',
        'row.account_email ?? row.email',
      ],
      [
        'staff don’t see the deadline of a chargeback',
        'evidenceDueBy: row.evidence_due_by?.toISOString() ?? null,',
        'evidenceDueBy: null,',
      ],
    ],
  },
  {
    file: 'activities/orders/order-events.ts',
    tests: ['tests/case-history', 'activities/activities'],
    replacements: [
      ['staff see the oldest events of a long history', ".orderBy('id', 'desc')", ".orderBy('id')"],
      ['staff see the history in reverse order', '...event })).reverse()', '...event }))'],
      [
        'staff don’t see that a history has earlier events',
        'earlierEvents: (rows[0]?.all ?? 0) - rows.length',
        'earlierEvents: 0',
      ],
    ],
  },
  {
    file: 'activities/orders/signal-order.ts',
    tests: ['tests/case-history'],
    replacements: [
      [
        'the page of a completed order never shows what happens later',
        '    if (await hasRun(workflow)) await resume(deps, sql, orderId);\n',
        '',
      ],
    ],
  },
  {
    file: 'activities/orders/activities.ts',
    tests: ['activities/orders/order-steps', 'api/orders/change-order'],
    replacements: [
      [
        'anyone at the desk passes for a shopper with a forged proof',
        'proof === undefined ? request.actor : actorOf(',
        'proof !== undefined ? request.actor : actorOf(',
      ],
      [
        'a retry request suppresses a request to check Stripe with the same ID',
        'dedupeKey: `${event.type}:${requestId}`',
        'dedupeKey: requestId',
      ],
    ],
  },
  {
    file: 'activities/payments/activities.ts',
    tests: ['activities/payments/payments.integration', 'activities/orders/order-steps'],
    replacements: [
      [
        'payment methods that take days are accepted',
        '        allowed_payment_method_types: settings.PAYMENT_METHOD_TYPES,\n',
        '',
      ],
      [
        'a refund counts as failed because Stripe did not respond',
        'if (!(error instanceof Stripe.errors.StripeInvalidRequestError) || error.statusCode !== 400) throw error;',
        'if (!(error instanceof Stripe.errors.StripeError)) throw error;',
      ],
      [
        'a refund counts as failed because another account’s key was used',
        'if (!(error instanceof Stripe.errors.StripeInvalidRequestError) || error.statusCode !== 400) throw error;',
        'if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;',
      ],
      [
        'only ten refunds of a payment are searched for the shop’s own',
        'const made = await stripe.refunds.list({ payment_intent: request.paymentIntentId, limit: 100 });',
        'const made = await stripe.refunds.list({ payment_intent: request.paymentIntentId });',
      ],
      [
        'only ten refunds of a payment are recorded',
        'stripe.refunds.list({ payment_intent: paymentIntentId, limit: 100 }),',
        'stripe.refunds.list({ payment_intent: paymentIntentId }),',
      ],
      [
        'a chargeback without a deadline gets one in 1970',
        'evidenceDueBy: dueBy ? new Date(dueBy * 1000) : null,',
        'evidenceDueBy: dueBy ? new Date(dueBy) : null,',
      ],
    ],
  },
  {
    file: 'activities/payments/unmatched-payments.ts',
    tests: ['activities/payments/payments.integration'],
    replacements: [
      [
        'the refund of an unmatched payment counts as failed because Stripe did not respond',
        'if (!(error instanceof Stripe.errors.StripeInvalidRequestError) || error.statusCode !== 400) throw error;',
        'if (!(error instanceof Stripe.errors.StripeError)) throw error;',
      ],
      [
        'only ten refunds of an unmatched payment are counted',
        'stripe.refunds.list({ payment_intent: paymentIntentId, limit: 100 }),',
        'stripe.refunds.list({ payment_intent: paymentIntentId }),',
      ],
      [
        'a failed refund counts as refunded',
        '...refunds.data.filter((_, index) => isMade(index)),',
        '...refunds.data,',
      ],
      [
        'an unmatched payment is resolved by its failed refund',
        'const states = made.filter((_, index) => isMade(index));',
        'const states = made;',
      ],
      [
        'an unmatched payment is resolved while one of its refunds can still fail',
        "states.find(({ status }) => status === 'pending') ?? states[0]",
        'states[0]',
      ],
    ],
  },
  {
    file: 'activities/email/mail-handler.ts',
    tests: ['activities/email/mail-lanes'],
    replacements: [
      [
        'emails of one order are sent out of order',
        'groups.set(message.key, [...(groups.get(message.key) ?? []), message]);',
        'groups.set(String(message.id), [message]);',
      ],
      [
        'an unavailable mail server is tried again for every email',
        'unreachable ?? (await deliver(message, sql, shop, deps))',
        'await deliver(message, sql, shop, deps)',
      ],
      ['links in emails have a double slash', ".replace(/\\/+$/, '')", ''],
    ],
  },
  {
    file: 'activities/email/email-order.ts',
    tests: ['activities/email/mail-lanes'],
    replacements: [
      [
        'an email describes another order’s refund',
        'if (row?.order_id !== orderId) return undefined;',
        'if (!row) return undefined;',
      ],
    ],
  },
  {
    file: 'activities/outbox/handlers.ts',
    tests: ['activities/outbox'],
    replacements: [
      [
        'a delivery is lost while the stock counters are rebuilt',
        "      if (applied.includes(false)) throw new Error('the stock counters are being rebuilt');\n",
        '',
      ],
      [
        'a delivery is lost if only other deliveries of its batch were applied',
        'if (applied.includes(false)) throw',
        'if (!applied.includes(true)) throw',
      ],
      [
        'a deleted product is shown from a cache while the search index is unavailable',
        '      } finally {\n',
        '      } catch (error) {\n        throw error;\n      }\n      {\n',
      ],
    ],
  },
  {
    file: 'activities/recommendations/forget-handler.ts',
    tests: ['activities/recommendations/forget-handler'],
    replacements: [
      [
        'pending events keep the shopper’s ID after the history is deleted',
        'oldestAt !== undefined && oldestAt <= untilMs',
        'false && oldestAt !== undefined && oldestAt <= untilMs',
      ],
      [
        'events of the last millisecond keep the shopper’s ID after the history is deleted',
        'time < ${untilMs + 1}ms',
        'time <= ${untilMs}ms',
      ],
    ],
  },
];
