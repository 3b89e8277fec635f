/** Requests to the API and their effects: senders and their addresses, and requests for refunds and cancellations. */
import type { MistakesInFile } from '../mistake.ts';

/** Tests of every route with every role. */
const ROLE_TESTS = ['api/openapi', 'tests/access'];

export const REQUESTS: readonly MistakesInFile[] = [
  {
    file: 'api/refunds/routes.ts',
    tests: [
      ...ROLE_TESTS,
      'api/refunds',
      'api/orders',
      'tests/refund-approval',
      'tests/unfinished-refunds',
      'tests/support-desk',
      'tests/idempotent-writes',
    ],
    replacements: [
      [
        'a canceled order shows money that could be refunded',
        "isAllowed('refund', order.status)\n          ?",
        'true\n          ?',
      ],
      ['`GET /refunds` without its role check', "access: 'staff',", "access: 'anyone',"],
      ['support can approve and reject refunds', "access: 'lead',", "access: 'staff',"],
      ['shoppers can restock items', 'if (body.restock && !isStaffAsking(ctx))', 'if (false)'],
      [
        'a staff refund that should await the return is made immediately',
        '          awaitReturn: body.await_return,\n',
        '',
      ],
      ['returned items that staff received are not restocked', 'restock: body.restock,', 'restock: false,'],
      [
        'all requests of an order without a key count as the same one',
        "headers['idempotency-key'] ?? randomUUID()",
        "headers['idempotency-key'] ?? order.id",
      ],
    ],
  },
  {
    file: 'api/refunds/service.ts',
    tests: [
      ...ROLE_TESTS,
      'api/refunds',
      'api/orders',
      'tests/refund-approval',
      'tests/support-desk',
      'tests/idempotent-writes',
    ],
    replacements: [
      [
        'shoppers see which staff member requested a refund',
        'requested_by: forStaff ? row.requested_by : null',
        'requested_by: row.requested_by',
      ],
      ['a reused key is accepted for another refund', 'if (!asksFor(request, answer.refund))', 'if (false)'],
      [
        'shoppers see why staff approved a refund',
        'forStaff || isClosedRefund(row.status) ? row.decision_reason : null',
        'row.decision_reason',
      ],
      ['shoppers see workflow links', 'workflow_url: forStaff ? workflowUrl(', 'workflow_url: true ? workflowUrl('],
      [
        'open tasks of staff are listed newest first',
        ".orderBy('refunds.created_at')",
        ".orderBy('refunds.created_at', 'desc')",
      ],
      [
        'returns that are awaited are not listed',
        "REFUND_STATUSES.filter((each) => each.startsWith('awaiting_'))",
        "REFUND_STATUSES.filter((each) => each === 'awaiting_approval')",
      ],
      [
        'the list of waiting refunds ignores the requested status',
        'anyOf(status ? [status] : waiting)',
        'anyOf(waiting)',
      ],
      [
        'the API reports an amount refunded in another way as refundable',
        'isGivenUp: row.given_up_at !== null,',
        'isGivenUp: false,',
      ],
      [
        'a refund is not found by its account',
        'traitsOf(deps.settings, order)',
        'traitsOf(deps.settings, { ...order, user_id: null })',
      ],
      [
        'a refund is found by its amount in cents',
        'toDecimal(request.amountCents, order.currency)',
        'request.amountCents',
      ],
      [
        'a refund that is resumed is not found by its account',
        'orderTraits(settings, refund)',
        'orderTraits(settings, { ...refund, user_id: null })',
      ],
    ],
  },
  {
    file: 'api/orders/routes.ts',
    tests: ['api/refunds'],
    replacements: [
      [
        'the reason of a cancellation is lost',
        '  await updateOrder(deps, order, cancelOrderUpdate, {\n    requestId,\n    reason,',
        "  await updateOrder(deps, order, cancelOrderUpdate, {\n    requestId,\n    reason: 'Canceled by the customer',",
      ],
      [
        'an order that is resumed for a cancellation is not found by its account',
        'traitsOf(deps.settings, before)',
        'traitsOf(deps.settings, { ...before, user_id: null })',
      ],
      [
        'an order that is resumed for a cancellation is found as canceled',
        '    status: before.status,',
        "    status: 'canceled',",
      ],
    ],
  },
  {
    file: 'api/case-workflows.ts',
    tests: ['api/refunds'],
    replacements: [
      [
        'a decision about a refund whose workflow was terminated is refused',
        "recordedRefundStart(refund, 'Refund, resumed for a decision')",
        'refundStart(refund)',
      ],
    ],
  },
  {
    file: 'storefront/src/hooks.server.ts',
    tests: ['storefront/src/hooks'],
    replacements: [
      ['all shoppers share one limit', 'forwardedFor: forwardedFor(event)', 'forwardedFor: undefined'],
      ['a session is renewed separately for each request', '    renewal,\n', '    renewal: new SessionRenewal(),\n'],
      [
        'a shopper’s pages are stored in shared caches',
        "headers.set('cache-control', 'private, no-store')",
        "headers.set('cache-control', 'public')",
      ],
      [
        'cookies of a shop behind a proxy are sent over plain HTTP',
        '(settings.origin ?? event.url.origin)',
        '(event.url.origin)',
      ],
      [
        'requests to the API are logged under another ID',
        'requestId: event.locals.requestId,\n    forwardedFor',
        'requestId: crypto.randomUUID(),\n    forwardedFor',
      ],
    ],
  },
  {
    file: 'api/middleware/identity.ts',
    tests: ['api/middleware'],
    replacements: [
      [
        'an old cookie overrides the shopper’s cart',
        "ctx.get('X-Cart-Id') || ctx.cookies.get(CART_COOKIE)",
        "ctx.cookies.get(CART_COOKIE) || ctx.get('X-Cart-Id')",
      ],
      ['a cart ID in upper case refers to another cart', 'cartId.toLowerCase()', 'cartId'],
    ],
  },
  {
    file: 'api/middleware/client-address.ts',
    tests: ['api/middleware'],
    replacements: [
      ['a shopper can choose the rate-limited address', 'hops.pop()', 'hops.shift()'],
      [
        'the rate limit uses the first forwarded address, which anyone can forge',
        'while (isIP(address) && trusted.check(address, familyOf(address))) {',
        'for (; hops.length > 0; ) {',
      ],
      ['one address in two notations has two limits', ".split(',').map(plain)", ".split(',').map((hop) => hop.trim())"],
    ],
  },
  {
    file: 'api/middleware/consent.ts',
    tests: ['api/middleware'],
    replacements: [
      [
        'an old cookie overrides the shopper’s current choice',
        "ctx.get('X-Analytics-Consent') || ctx.cookies.get(CONSENT_COOKIE)",
        "ctx.cookies.get(CONSENT_COOKIE) || ctx.get('X-Analytics-Consent')",
      ],
      ['browsers that opt out are tracked', ", gpc: ctx.get('Sec-GPC')", ''],
    ],
  },
];
