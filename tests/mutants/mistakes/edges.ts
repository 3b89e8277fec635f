/** Less common cases of orders and payments: mistakes that show only with another cart, attempt, refund, or request. */
import type { MistakesInFile } from '../mistake.ts';

export const EDGES: readonly MistakesInFile[] = [
  {
    file: 'activities/orders/payment-ledger.ts',
    tests: ['activities/orders/payment-ledger'],
    replacements: [
      [
        'a payment takes what was bought out of the carts of all shoppers',
        'and cart_items.cart_id = reservations.cart_id and cart_items.product_id = bought.product_id',
        'and cart_items.product_id = bought.product_id',
      ],
      [
        'a payment empties its cart, also of what was not ordered',
        'cart_items.cart_id = reservations.cart_id and cart_items.product_id = bought.product_id',
        'cart_items.cart_id = reservations.cart_id',
      ],
      [
        'a payment takes out of its cart what any order has bought',
        'where reservations.id = paid.reservation_id and bought.reservation_id = reservations.id',
        'where reservations.id = paid.reservation_id',
      ],
      [
        'refused attempts to pay are read in the order of their IDs',
        'order by recorded_at, attempt_id',
        'order by attempt_id',
      ],
      [
        'the last refused attempt to pay is mailed instead of the first',
        'message: failures[0]!.message',
        'message: last.message',
      ],
      ['the first refused attempt to pay is shown instead of the last', 'failures.at(-1)', 'failures[0]'],
      [
        'a paid order shows a refused attempt to pay',
        "if (!last || order.status !== 'pending') return failures;",
        'if (!last) return failures;',
      ],
      [
        'a refused attempt at another payment is shown on the order that its metadata names',
        'from payment_failures where payment_id = $2 order',
        'from payment_failures where payment_id in (select id from payments where order_id = $1 or id = $2) order',
      ],
    ],
  },
  {
    file: 'infra/postgres/payments.ts',
    tests: ['activities/orders/payment-ledger'],
    replacements: [
      [
        'a payment stays with the order that its metadata named',
        'where payments.order_id <> excluded.order_id\n           or payments',
        'where payments',
      ],
    ],
  },
  {
    file: 'activities/orders/order-steps.ts',
    tests: ['activities/orders/order-steps'],
    replacements: [
      [
        'two steps of staff that share a request ID count as one',
        'const dedupeKey = `${step.action}:${request.requestId}`;',
        'const dedupeKey = request.requestId;',
      ],
      [
        'an order that was refunded in part is released as paid in full',
        'fromDecimal(order.refunded_amount, order.currency) + otherwiseCents',
        'otherwiseCents',
      ],
      [
        'a released order keeps the reason of its reservation',
        "await sql.run('update orders set review_reason = null where id = $1', [order.id]);",
        '',
      ],
      [
        'a reservation has no reason',
        "await sql.run('update orders set review_reason = $2 where id = $1', [order.id, reason ?? null]);",
        '',
      ],
      [
        'a delivered order has no day from which its returns are counted',
        "await sql.run('update orders set delivered_at = now() where id = $1', [order.id]);",
        '',
      ],
    ],
  },
  {
    file: 'activities/orders/case-reader.ts',
    tests: ['activities/orders/order-steps'],
    replacements: [
      [
        'staff read the account’s address although another one was given at the checkout',
        'coalesce(o.email, u.email)',
        'coalesce(u.email, o.email)',
      ],
      ['staff read the oldest events of a long history', 'order by id desc limit', 'order by id limit'],
      ['staff read the history backward', 'history.reverse().map', 'history.map'],
      [
        'staff don’t see until when a chargeback can be answered',
        'evidenceDueBy: row.evidence_due_by?.toISOString() ?? null,',
        'evidenceDueBy: null,',
      ],
    ],
  },
  {
    file: 'activities/orders/activities.ts',
    tests: ['activities/orders/order-steps'],
    replacements: [
      [
        'a request for a retry hides a request for a look at Stripe with the same ID',
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
        'payments may be made by methods that take days',
        '        allowed_payment_method_types: settings.PAYMENT_METHOD_TYPES,\n',
        '',
      ],
      [
        'a refund has failed because Stripe did not answer',
        'if (!(error instanceof Stripe.errors.StripeInvalidRequestError) || error.statusCode !== 400) throw error;',
        'if (!(error instanceof Stripe.errors.StripeError)) throw error;',
      ],
      [
        'a refund has failed because another account’s key was used',
        'if (!(error instanceof Stripe.errors.StripeInvalidRequestError) || error.statusCode !== 400) throw error;',
        'if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;',
      ],
      [
        'only ten refunds of a payment are looked through for the shop’s own',
        'const made = await stripe.refunds.list({ payment_intent: request.paymentIntentId, limit: 100 });',
        'const made = await stripe.refunds.list({ payment_intent: request.paymentIntentId });',
      ],
      [
        'only ten refunds of a payment are entered in the books',
        'stripe.refunds.list({ payment_intent: paymentIntentId, limit: 100 }),',
        'stripe.refunds.list({ payment_intent: paymentIntentId }),',
      ],
      [
        'a chargeback can be answered for a moment in 1970',
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
        'the refund of an unmatched payment has failed because Stripe did not answer',
        'if (!(error instanceof Stripe.errors.StripeInvalidRequestError) || error.statusCode !== 400) throw error;',
        'if (!(error instanceof Stripe.errors.StripeError)) throw error;',
      ],
      [
        'only ten refunds of an unmatched payment are counted',
        'stripe.refunds.list({ payment_intent: paymentIntentId, limit: 100 }),',
        'stripe.refunds.list({ payment_intent: paymentIntentId }),',
      ],
      [
        'a failed refund counts as money that went back',
        '...refunds.data.filter((_, index) => isMade(index)),',
        '...refunds.data,',
      ],
      [
        'an unmatched payment is settled by its failed refund',
        'const states = made.filter((_, index) => isMade(index));',
        'const states = made;',
      ],
      [
        'an unmatched payment is settled while one of its refunds can still fail',
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
        'mails of one order overtake each other',
        'groups.set(message.key, [...(groups.get(message.key) ?? []), message]);',
        'groups.set(String(message.id), [message]);',
      ],
      [
        'a mail server that is away is asked for each mail',
        'unreachable ?? (await deliver(message, sql, shop, deps))',
        'await deliver(message, sql, shop, deps)',
      ],
      ['links in mails have two slashes', ".replace(/\\/+$/, '')", ''],
    ],
  },
  {
    file: 'activities/email/email-order.ts',
    tests: ['activities/email/mail-lanes'],
    replacements: [
      [
        'a mail tells of the refund of another order',
        'from refunds where id = $1 and order_id = $2',
        'from refunds where id = $1 and $2::uuid is not null',
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
        'a delivery is lost when only others of its batch were counted',
        'if (applied.includes(false)) throw',
        'if (!applied.includes(true)) throw',
      ],
      [
        'a product that is gone is shown from a cache while the search index is away',
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
        'a forgotten history keeps the name on events that still wait',
        'oldestAt !== undefined && oldestAt <= untilMs',
        'false && oldestAt !== undefined && oldestAt <= untilMs',
      ],
      [
        'a forgotten history keeps the events of its last millisecond',
        'time < ${untilMs + 1}ms',
        'time <= ${untilMs}ms',
      ],
    ],
  },
];
