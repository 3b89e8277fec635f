/** Refunds, cancellations, returns, and chargebacks. */
import { ACTIVITY_TESTS, type MistakesInFile } from '../mistake.ts';
import { REFUND_TESTS } from './found-money.ts';

export const REFUNDS: readonly MistakesInFile[] = [
  {
    file: 'domain/refund.ts',
    tests: ['domain/refund'],
    replacements: [
      [
        'lines may cost more than the remaining charge',
        "    if (exceedsRefundable(amountCents))\n      return refuse('refund_exceeds_charge', 'These lines",
        "    if (false)\n      return refuse('refund_exceeds_charge', 'These lines",
      ],
      [
        'only refunds that succeeded count toward the limit',
        'refunds.filter((refund) => isCommitted(refund) && !refund.approved)',
        "refunds.filter((refund) => refund.status === 'succeeded' && !refund.approved)",
      ],
    ],
  },
  {
    file: 'domain/refund-units.ts',
    tests: ['domain/refund', 'domain/shipping', ...REFUND_TESTS],
    replacements: [
      [
        'only succeeded refunds reduce the refundable amount',
        'refund.isGivenUp : !isClosedRefund(refund.status);',
        "refund.isGivenUp : refund.status === 'succeeded';",
      ],
      ['a unit can be refunded twice', '    if (product) product[place] -= quantity;\n', ''],
      ['a return takes units that have not shipped', "  if (awaitReturn) return { place: 'shipped' };\n", ''],
      [
        'a refund of the rest of a partially shipped order also counts shipped units as canceled',
        'return { place: withUnits.length === 1 ? withUnits[0] : undefined };',
        'return { place: withUnits[0] };',
      ],
    ],
  },
  {
    file: 'activities/refunds/withdrawal-ledger.ts',
    tests: ['activities/refunds/ended', 'activities/email/order-mails', 'api/refunds/withdrawals'],
    replacements: [
      ['a refund with restocked units is withdrawn', ': refund.isRestocked || wasGranted', ': wasGranted'],
      [
        'a shopper withdraws a refund that staff requested',
        'if (isStaffActor(refund.requestedBy) || refund.isFromStripe)',
        'if (false)',
      ],
      [
        'the review of a withdrawn cancellation never ends',
        "if (refund.kind === 'cancellation') await endCancellation",
        'if (false) await endCancellation',
      ],
      [
        'no email when a refund is withdrawn',
        'await queueMail(sql, refund.orderId, {',
        'await (async (..._: unknown[]) => {})(sql, refund.orderId, {',
      ],
    ],
  },
  {
    file: 'activities/refunds/decision-ledger.ts',
    tests: [...REFUND_TESTS, 'activities/email'],
    replacements: [
      [
        'a retry that a lead rejected counts as approved at the next one',
        'refund.decidedBy !== null && refund.failureReason !== NOT_APPROVED',
        'refund.decidedBy !== null',
      ],
      [
        'the requester may approve their own refund',
        'if (isSamePerson(refund.requestedBy, request.actor))',
        'if (false)',
      ],
      [
        'a decision from the Temporal UI counts without a sign-in',
        "if (!request.isProven || (role !== 'support_lead' && role !== 'admin')) {",
        "if (role === 'customer') {",
      ],
      [
        'a refund is approved although its amount was used meanwhile',
        'const tooLate = approved ? await refusalToResume(sql, refund, order) : undefined;',
        'const tooLate = undefined;',
      ],
      [
        'a received return above the limit needs no approval',
        'const waits = !isPaidBack && needsApproval(limits, roleOf(request.actor), others, amountCents);',
        'const waits = false;',
      ],
      [
        'a retry above the limit needs no approval',
        'const waits = !isApproved && needsApproval(limits, roleOf(refund.requestedBy), others, amountCents);',
        'const waits = false;',
      ],
      ['a retry keeps the refund of the failed attempt', '      stripe_refund_id: null,\n', ''],
      ['a refund that was given up is still made at Stripe', '    if (refund.isGivenUp) {\n', '    if (false) {\n'],
      [
        'units of a refund that was given up are not restocked',
        '    if (refund.cancelsUnits) await restockRefund(sql, refund.refundId);\n',
        '',
      ],
      [
        'a refund whose requester is unknown may be approved',
        "if (request.decision === 'approve' && !isAuthenticated(refund.requestedBy)) {",
        'if (false) {',
      ],
      [
        'a failed refund of an unknown requester waits for an approval that no one can give',
        'if (waits && !isAuthenticated(refund.requestedBy)) {',
        'if (false) {',
      ],
      [
        'a rejected cancellation leaves its order under review',
        "if (refund.kind === 'cancellation' && !isOwed) await",
        "if (refund.kind === 'cancellation' && approved) await",
      ],
      [
        'no email when a refund is declined',
        '    if (!approved && !isOwed) await mailRefusal(sql, refund, request.reason);\n',
        '',
      ],
      [
        'items of a return are restocked although they are not fit for sale',
        'const restock = request.restock && refund.lines.length > 0;',
        'const restock = refund.lines.length > 0;',
      ],
      [
        'the second retry of a refund is missing in the history',
        'dedupeKey: `retry:${refund.refundId}:${refund.attempt}`',
        'dedupeKey: `retry:${refund.refundId}`',
      ],
      [
        'the second decision about a refund is missing in the history',
        "dedupeKey: `refund:${refund.refundId}:decided${refund.attempt > 1 ? `:${refund.attempt}` : ''}`",
        'dedupeKey: `refund:${refund.refundId}:decided`',
      ],
      [
        'a retry uses the limit of the person who retries, not of the requester',
        'needsApproval(limits, roleOf(refund.requestedBy), others',
        'needsApproval(limits, roleOf(request.actor), others',
      ],
      [
        'a pending refund is retried',
        "    if (refund.status !== 'failed') return { outcome: 'decided', refund };\n",
        '',
      ],
      [
        'items of an already refunded return are restocked although they are not fit for sale',
        'if (isPaidBack && restock)',
        'if (isPaidBack)',
      ],
      [
        'items of an already refunded return are not restocked',
        '    if (isPaidBack && restock) await restockRefund(sql, refund.refundId);\n',
        '',
      ],
      [
        'a return is refused when a part of its amount was refunded',
        'const amountCents = Math.min(refund.amountCents, refundableCents(order, others));',
        'const amountCents = refundableCents(order, others) === 0 ? 0 : refund.amountCents;',
      ],
      [
        'a return keeps its first amount when a part was refunded',
        'isPaidBack ? refund.amountCents : amountCents',
        'refund.amountCents',
      ],
      [
        'a return that was declined counts as received',
        'const dedupeKey = `declined:${refund.refundId}`;',
        'const dedupeKey = `received:${refund.refundId}`;',
      ],
    ],
  },
  {
    file: 'activities/refunds/cancellation-ledger.ts',
    tests: [...REFUND_TESTS, 'activities/email'],
    replacements: [
      [
        'an order is canceled while the bank withholds its money',
        'if (await hasMoneyWithheld(sql, orderId)) {',
        'if (false) {',
      ],
      [
        'a cancellation above the limit needs no approval',
        'const waits = needsApproval(limits, roleOf(actor), earlier, decision.amountCents);',
        'const waits = false;',
      ],
      [
        'no email when a paid order is canceled',
        "  await queueMail(sql, orderId, { kind: 'order_canceled', refundId });\n",
        '',
      ],
      [
        'the units of a canceled order are not restocked',
        '  await restockRefund(sql, refundId);\n  if (canceled === 0) return;',
        '  if (canceled === 0) return;',
      ],
      [
        'a cancellation refunds the amounts of pending refunds again',
        '[...refunds.filter(isWaiting), ...replacedBy(order, earlier, decision)]',
        'replacedBy(order, earlier, decision)',
      ],
      [
        'an order under review for another reason shows a pending cancellation',
        'row.review_reason ?? CANCELLATION_REVIEW',
        'CANCELLATION_REVIEW',
      ],
      [
        'a second cancellation is accepted while one is pending',
        "refunds.some((refund) => refund.kind === 'cancellation' && refund.status === 'awaiting_approval')",
        'false',
      ],
      [
        'a rejected cancellation that is requested again is reported as canceled',
        'if (existing && !isClosedRefund(existing.status))',
        'if (existing)',
      ],
      [
        'a canceled order keeps its review reason',
        "fulfillment: 'unfulfilled', review_reason: null, updated_at",
        "fulfillment: 'unfulfilled', updated_at",
      ],
    ],
  },
  {
    file: 'activities/refunds/refund-ledger.ts',
    tests: [...REFUND_TESTS, 'activities/email', 'tests/invariants'],
    replacements: [
      [
        'an event of an earlier attempt overwrites the next one',
        '  if (outcome.attempt !== undefined && outcome.attempt !== before.attempt) return before;\n',
        '',
      ],
      ['a late event reverts a succeeded refund', 'if (isFinal || isOutdated || isSame)', 'if (isFinal || isSame)'],
      [
        'Stripe’s late response revives a refund that was given up',
        'isClosedRefund(before.status) || before.isGivenUp;',
        'isClosedRefund(before.status);',
      ],
      ['an order refunds more than it received', 'Math.min(capturedCents, atStripeCents)', 'atStripeCents'],
      [
        'refunds above the limit need no approval',
        'const isAboveLimit = needsApproval(limits, role, earlier, decision.amountCents);',
        'const isAboveLimit = false;',
      ],
      [
        'a refund above the limit needs no known requester',
        'if (isAboveLimit && !isAuthenticated(request.actor)) {',
        'if (false) {',
      ],
      ['returns are accepted after the return window', 'if (isReturn && closedAt)', 'if (false)'],
      [
        'a shopper’s return is refunded before the items arrive',
        "request.awaitReturn === true || (role === 'customer' && areUnitsShipped)",
        'request.awaitReturn === true',
      ],
      [
        'a reused request ID is accepted for another request',
        'if (asksFor(request, refund)) return',
        'if (refund) return',
      ],
      [
        'units are canceled while the bank withholds their money',
        'if (decision.cancelsUnits && (await hasMoneyWithheld(sql, request.orderId))) {',
        'if (false) {',
      ],
      [
        'no email when a refund is sent',
        "await queueMail(sql, orderId, { kind: 'refund_sent', refundId: before.refundId });",
        'return before;',
      ],
      ['refunded units are not restocked', '    if (before.restock) await restockRefund(sql, before.refundId);\n', ''],
      [
        'a refund that was given up does not end the order',
        'const returnedCents = refundedCents + otherwiseCents;',
        'const returnedCents = refundedCents;',
      ],
      [
        'a cancellation of items that ship meanwhile becomes a return',
        "if (role === 'customer' && areUnitsShipped && request.awaitReturn === false)",
        'if (false)',
      ],
      ['a return of items that have not shipped is awaited', 'if (isReturn && !areUnitsShipped) {', 'if (false) {'],
      [
        'staff can request returns after the return window',
        'if (isReturn && closedAt)',
        "if (role === 'customer' && closedAt)",
      ],
      ['staff can’t refund after the return window', 'if (isReturn && closedAt)', 'if (closedAt)'],
      [
        'the second failure of a refund is missing in the history',
        "return `refund:${refundId}:${status}${attempt > 1 ? `:${attempt}` : ''}`;",
        'return `refund:${refundId}:${status}`;',
      ],
      [
        'a lost chargeback is emailed as a refund',
        "if (before.kind !== 'chargeback') await queueMail",
        'await queueMail',
      ],
      [
        'a lost chargeback appears as a refund in the history',
        "if (outcome.status !== 'pending' && before.kind !== 'chargeback') {",
        "if (outcome.status !== 'pending') {",
      ],
    ],
  },
  {
    file: 'activities/orders/order-facts.ts',
    tests: ['activities/refunds', ...ACTIVITY_TESTS, 'tests/invariants'],
    replacements: [
      [
        'concurrent refunds are decided without locking the order',
        'const row = await lockOrder(sql, orderId);',
        'const row = await readOrder(sql, orderId);',
      ],
    ],
  },
  {
    file: 'activities/refunds/refund-facts.ts',
    tests: ['activities/refunds', ...ACTIVITY_TESTS, 'tests/invariants'],
    replacements: [
      [
        'a chargeback counts toward a person’s limit',
        "refund.decidedBy !== null || refund.kind === 'chargeback'",
        'refund.decidedBy !== null',
      ],
    ],
  },
  {
    file: 'activities/refunds/replaced-refunds.ts',
    tests: REFUND_TESTS,
    replacements: [
      [
        'the workflows of replaced refunds are not notified',
        '  return rows.map((row) => row.request_id);\n',
        '  return rows.slice(rows.length).map((row) => row.request_id);\n',
      ],
    ],
  },
  {
    file: 'infra/actor-proof.ts',
    tests: ['infra/actor-proof', 'tests/support-desk'],
    replacements: [
      [
        'a name entered in the Temporal UI is trusted as the sender’s identity',
        'return isProven(secret, sender, subject) ? sender.requestedBy : uiActor(sender.requestedBy);',
        'return sender.requestedBy;',
      ],
      ['a proof is valid for another refund', '`${actor}\\n${subject}`', '`${actor}\\n`'],
    ],
  },
  {
    file: 'activities/refunds/refund-ledger.ts',
    tests: ['activities/email', 'activities/refunds', 'api/webhooks', 'tests/units-and-money'],
    replacements: [
      [
        'a lost chargeback is emailed to the shopper as a pending refund',
        `if (before.kind !== 'chargeback') await queueMail(`,
        'await queueMail(',
      ],
    ],
  },
  {
    file: 'activities/refunds/found-ledger.ts',
    tests: ['activities/refunds', 'tests/late-payment'],
    replacements: [
      [
        'a Stripe Dashboard refund of a late payment restocks units that were never sold',
        'const isAll = order.isSold && !order.hasShipped && amountCents',
        'const isAll = !order.hasShipped && amountCents',
      ],
    ],
  },
  {
    file: 'workflows/refund/workflow.ts',
    tests: ['workflows/refund'],
    replacements: [
      [
        'Stripe’s event of a pending refund is handled only six hours later',
        `      if (refund.facts!.status === 'pending' && refund.facts!.stripeRefundId) await checkStripe(refund);
`,
        '',
      ],
    ],
  },
  {
    file: 'workflows/order/updates/cancel.ts',
    tests: ['workflows/order'],
    replacements: [
      [
        'a cancellation that coincides with the payment is lost',
        'if (order.facts!.capturedCents === 0 || order.refundId !== undefined) return { status: order.status! };',
        'return { status: order.status! };',
      ],
    ],
  },
  {
    file: 'workflows/refund/staff-updates.ts',
    tests: ['tests/support-desk'],
    replacements: [
      [
        'items of a return are restocked unless staff decline it',
        'restock: restock ?? false, ...part',
        'restock: restock ?? true, ...part',
      ],
    ],
  },
  {
    file: 'workflows/refund/workflow.ts',
    tests: ['tests/support-desk'],
    replacements: [
      [
        'a refund from the Temporal UI’s form ignores its amount and lines',
        `    ...form,
    orderId,`,
        '    orderId,',
      ],
    ],
  },
];
