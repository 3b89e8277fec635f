/** Orders, their payments, and Stripe's responses and webhooks. */
import { ACTIVITY_TESTS, type MistakesInFile } from '../mistake.ts';

export const ORDERS: readonly MistakesInFile[] = [
  {
    file: 'activities/orders/order-ledger.ts',
    tests: [...ACTIVITY_TESTS, 'activities/orders', 'activities/email', 'tests/payment-integrity', 'api/orders'],
    replacements: [
      [
        'an order is placed with another shopper’s reservation',
        'if (!reservation || !request.owners.includes(reservation.owner)) return',
        'if (!reservation) return',
      ],
      [
        'an order is placed with an expired reservation',
        "reservation.status === 'reserved' && reservation.is_live",
        "reservation.status === 'reserved'",
      ],
      [
        'a second PaymentIntent replaces the order’s own',
        "and([eb('payment_intent_id', 'is', null), eb('status', '=', 'pending')])",
        "eb('status', '=', 'pending')",
      ],
      ['a paid order is closed without a refund', "        .where('captured_amount', '=', '0')\n", ''],
      ['no email on cancellation or expiry', '      await queueMail(sql, orderId, { kind: `order_${to}` });\n', ''],
      [
        'a closed order does not release its units',
        "      await releaseInLedger(sql, [\n        { reservationId: closed.reservation_id, to: to === 'expired' ? 'expired' : 'released' },\n      ]);\n",
        '',
      ],
    ],
  },
  {
    file: 'activities/orders/payment-ledger.ts',
    tests: [
      ...ACTIVITY_TESTS,
      'activities/orders',
      'activities/email',
      'tests/payment-integrity',
      'tests/late-payment',
      'tests/invariants',
      'tests/units-and-money',
      'api/orders',
      'api/cart',
      'api/analytics',
    ],
    replacements: [
      [
        'a payment of an ended order still sells its items',
        "order.status === 'pending' ? await sellInLedger(sql, order.reservation_id) : 'gone'",
        'await sellInLedger(sql, order.reservation_id)',
      ],
      [
        'a payment of the wrong amount pays the order',
        'payment.unmatched_reason ?? mismatchOf(payable, received)',
        'payment.unmatched_reason ?? undefined',
      ],
      [
        'an order records its payment twice',
        'if (fromDecimal(order.captured_amount, order.currency) > 0) {',
        'if (false) {',
      ],
      [
        'a payment removes products from the cart that were not bought',
        "\n    .whereRef('cart_items.quantity', '<=', 'bought.quantity')",
        '',
      ],
      [
        'a purchase is not recorded by analytics',
        "    .with('reported', (query) => query.insertInto('outbox').values({ topic: PURCHASE_TOPIC, key: orderId }))\n",
        '',
      ],
      [
        'no confirmation email',
        "    .with('mailed', (query) => insertMail(query, orderId, { kind: 'order_paid' }))\n",
        '',
      ],
      ['every declined payment attempt is emailed', '  if (failures.length === attempts.length)\n', ''],
      [
        'a refunded unmatched payment is refunded again',
        "if (payment.refund_status !== 'succeeded') unmatched.push(payment.id);",
        'unmatched.push(payment.id);',
      ],
      [
        'an unmatched payment pays the order when it is read again',
        'const reason = payment.unmatched_reason ?? mismatchOf',
        'const reason = mismatchOf',
      ],
    ],
  },
  {
    file: 'infra/postgres/orders.ts',
    tests: [...ACTIVITY_TESTS, 'activities/orders', 'activities/refunds'],
    replacements: [
      [
        'an order’s row is read without locking it',
        "return selectOrder(sql).where('orders.id', '=', orderId).forNoKeyUpdate();",
        "return selectOrder(sql).where('orders.id', '=', orderId);",
      ],
    ],
  },
  {
    file: 'activities/orders/shipments.ts',
    tests: ['activities/orders/shipments', 'activities/repeated'],
    replacements: [
      [
        'an order has shipped although units remain',
        '[...before.shipped, ...parcel] }, refunds);',
        '[...before.shipped, ...before.lines] }, refunds);',
      ],
      [
        'a delivered parcel can be marked delivered again',
        'const underway = shipments.filter((shipment) => shipment.delivered_at === null);',
        'const underway = shipments;',
      ],
    ],
  },
  {
    file: 'activities/orders/tracking.ts',
    tests: ['activities/orders/tracking'],
    replacements: [
      [
        'a correction changes all parcels of an order',
        'replaces === undefined ? shipments : shipments.filter((shipment) => shipment.tracking_number === replaces)',
        'replaces === undefined ? shipments : shipments.filter((shipment) => shipment.tracking_number)',
      ],
      ['the wrong tracking number is not kept', '`, previously ${parcel.carrier}, ${parcel.tracking_number}`', "''"],
    ],
  },
  {
    file: 'activities/orders/order-steps.ts',
    tests: [
      ...ACTIVITY_TESTS,
      'activities/orders',
      'activities/refunds',
      'activities/email',
      'api/orders/change-order',
      'tests/support-desk',
      'tests/units-and-money',
    ],
    replacements: [
      ['a staff action runs twice', '    if (earlier) {\n', '    if (false) {\n'],
      [
        'an order ships while a refund of its units is not finished',
        "  if (step.action === 'markShipped') return refusalOfParcel(sql, order, step);\n",
        '',
      ],
      [
        'staff can end the review of a cancellation that awaits approval',
        "if (step.action === 'endReview' && order.review_reason === CANCELLATION_REVIEW)",
        'if (false)',
      ],
      [
        'a shopper changes the address of an order that was paid in the meantime',
        "if (!isStaffActor(actor) && order.status !== 'pending')",
        'if (false)',
      ],
      [
        'a stranger is emailed when a shopper corrects a mistyped address',
        '  if (!isStaffActor(request.actor)) return;\n',
        '',
      ],
      [
        'a changed email address is notified only at the new address',
        "if (previous) await queueMail(sql, order.id, { kind: 'email_replaced'",
        "if (false) await queueMail(sql, order.id, { kind: 'email_replaced'",
      ],
      [
        'another address with a request ID that was used is ignored',
        '(!contact || (await wasSameContact(sql, orderId, request.requestId, contact)))',
        'true',
      ],
      [
        'no email when an order ships',
        "      return queueMail(sql, order.id, { kind: 'order_shipped', shipmentId });\n",
        '      return;\n',
      ],
      [
        'a step is missing from the history',
        '    await recordEvent(sql, { orderId, type, message, data, actor, reason, dedupeKey });\n',
        '',
      ],
      [
        'a released order loses the amount refunded in another way',
        'fromDecimal(order.refunded_amount, order.currency) + otherwise',
        'fromDecimal(order.refunded_amount, order.currency)',
      ],
    ],
  },
  {
    file: 'activities/payments/activities.ts',
    tests: [
      ...ACTIVITY_TESTS,
      'activities/payments',
      'activities/orders',
      'activities/refunds',
      'tests/payment-integrity',
      'tests/support-desk',
      'tests/invariants',
    ],
    replacements: [
      ['a payment that Stripe would not cancel counts as canceled', "      if (status === 'open') throw error;\n", ''],
      ['a declined retry returns the refund of the previous attempt', " && (metadata.attempt ?? '1') === attempt", ''],
      [
        'a retried checkout creates a second PaymentIntent',
        '{ idempotencyKey: `order-${request.orderId}-intent` }',
        '{}',
      ],
      [
        'a second attempt of a refund gets the response of the first',
        "`refund-${request.refundId}${attempt === '1' ? '' : `-${attempt}`}`",
        '`refund-${request.refundId}`',
      ],
      [
        'a PaymentIntent of an order that ended meanwhile can still be paid',
        'if (!(await attachPaymentIntent(db, request.orderId, attached))) await cancelIntent(request.orderId, intent.id);',
        'await attachPaymentIntent(db, request.orderId, attached);',
      ],
      ['a refund of an earlier attempt is returned for the next one', " && (metadata.attempt ?? '1') === attempt", ''],
      ['chargebacks at Stripe are not recorded', 'disputes: disputes.data.map(foundDispute),', 'disputes: [],'],
      [
        'a payment in flight counts as canceled',
        "      if (status === 'open') throw error;\n      return status;",
        "      return 'canceled';",
      ],
    ],
  },
  {
    file: 'activities/payments/unmatched-payments.ts',
    tests: ['tests/payment-integrity', 'activities/payments', ...ACTIVITY_TESTS],
    replacements: [
      [
        'a partial refund of an unmatched payment counts as a full one',
        'if (returnedCents < payment.amountCents) return null;',
        'if (returned.length === 0) return null;',
      ],
      [
        'an open chargeback counts as refunded',
        "disputes.data.filter(({ status }) => status === 'lost')",
        "disputes.data.filter(({ status }) => status !== 'won')",
      ],
      [
        'an event of an earlier attempt overwrites the next one',
        "          .where('refund_attempt', '=', attempt)\n",
        '',
      ],
      [
        'a late event reverts the refund of an unmatched payment',
        "is('refund_status', 'is distinct from', 'succeeded'),",
        'is.lit(true),',
      ],
    ],
  },
  {
    file: 'infra/stripe/payment-facts.ts',
    tests: ['infra/stripe/payment-facts'],
    replacements: [
      [
        'the requested amount counts as received',
        'intent.amount_received, intent.currency',
        'intent.amount, intent.currency',
      ],
    ],
  },
  {
    file: 'infra/postgres/payments.ts',
    tests: ['api/webhooks', 'tests/payment-integrity', ...ACTIVITY_TESTS, 'activities/orders', 'infra/postgres'],
    replacements: [
      [
        'an unmatched payment moves to another order',
        ".else(payment.ref('payments.order_id'))",
        ".else(payment.ref('excluded.order_id'))",
      ],
      [
        'a late event reverts a succeeded payment',
        "payment('payments.status', 'in', ['succeeded', 'canceled'])",
        'payment.lit(false)',
      ],
      [
        'an event of a declined payment attempt can’t be handled twice',
        "\n    .onConflict((conflict) => conflict.column('attempt_id').doNothing())",
        '',
      ],
    ],
  },
  {
    file: 'api/webhooks/routes.ts',
    tests: ['api/webhooks'],
    replacements: [
      [
        'the signature of an event is not verified',
        '    stripe.webhooks.signature!.verifyHeader(body, signature, settings.STRIPE_WEBHOOK_SECRET);\n',
        '',
      ],
      [
        'the response to an event that could not be handled is 200',
        "    throw new DomainError('unavailable', 'The event could not be handled. Send it again.', { retryable: true });\n",
        '',
      ],
    ],
  },
  {
    file: 'api/webhooks/events.ts',
    tests: ['api/webhooks'],
    replacements: [
      ['events of connected accounts are handled', "  if (event.account) return ignore('other_account');\n", ''],
      [
        'events of the other mode are handled',
        "  if (event.livemode !== /^[rs]k_live_/.test(secretKey)) return ignore('other_mode');\n",
        '',
      ],
    ],
  },
  {
    file: 'api/webhooks/service.ts',
    tests: ['api/webhooks', 'tests/payment-integrity', 'tests/support-desk', 'tests/invariants'],
    replacements: [
      ['metadata determines the order of a payment', ', order.not(order.exists(owner))]', ']'],
      [
        'a second payment of a paid order is ignored',
        'if (!order.captured || event.data.object.id !== order.paymentIntentId) await',
        'if (!order.captured) await',
      ],
      [
        'an event is marked as handled too early',
        "          .returning('handled_at'),",
        "          .returning(now.as('handled_at')),",
      ],
      [
        'events of chargebacks are not handled',
        '      await notifyOfMoney(deps, order);\n      return;\n    default:',
        '      return;\n    default:',
      ],
    ],
  },
  {
    file: 'activities/catalog/import/import-writer.ts',
    tests: ['activities/catalog/import/command.integration'],
    replacements: [
      [
        'an import row without a price changes the currency of a known product to the shop’s',
        "        .when('given.price', 'is', null)\n        .then(of.ref('p.currency'))\n",
        "        .when('given.currency', 'is', null)\n        .then(of.ref('p.currency'))\n",
      ],
    ],
  },
  {
    file: 'workflows/order/workflow.ts',
    tests: ['workflows/order'],
    replacements: [
      [
        'a chargeback or refund whose event arrived before the payment was recorded is lost',
        `    order.moneyMoved ||= order.isReconcileDue;
`,
        '',
      ],
    ],
  },
  {
    file: 'activities/email/email-order.ts',
    tests: ['activities/email'],
    replacements: [
      [
        'an order’s emails are sent to the account’s address although another one was given at checkout',
        'row.email ?? row.account_email',
        'row.account_email ?? row.email',
      ],
    ],
  },
  {
    file: 'api/reservations/routes.ts',
    tests: ['api/cart'],
    replacements: [
      [
        'products that a signed-in shopper has paid for stay in their cart',
        'cartId: (await findCart(deps.db, cartOwner(ctx))) ?? null,',
        'cartId: ctx.state.cartId ?? null,',
      ],
    ],
  },
  {
    file: 'activities/payments/activities.ts',
    tests: ['tests/currencies'],
    replacements: [
      [
        'a refund is sent to Stripe in the shop’s minor units instead of Stripe’s',
        `payment_intent: request.paymentIntentId,
            amount: toStripeAmount(request.amountCents, request.currency),`,
        `payment_intent: request.paymentIntentId,
            amount: request.amountCents,`,
      ],
    ],
  },
];
