/** What reaches the API and what it passes on: who asks from where, and requests for refunds and cancellations. */
import type { MistakesInFile } from '../mistake.ts';

/** Tests of each route with each role. */
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
      ['support approves and rejects refunds', "access: 'lead',", "access: 'staff',"],
      ['shoppers put items back into stock', 'if (body.restock && !isStaffAsking(ctx))', 'if (false)'],
      ['money that staff send only for returned items goes at once', '          awaitReturn: body.await_return,\n', ''],
      ['items that staff took back stay off sale', 'restock: body.restock,', 'restock: false,'],
      [
        'each request of an order without a key is the same one',
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
        'shoppers see who of staff asked for a refund',
        'requested_by: forStaff ? row.requested_by : null',
        'requested_by: row.requested_by',
      ],
      ['the same key makes no difference for another refund', 'if (!asksFor(request, answer.refund))', 'if (false)'],
      [
        'shoppers read why staff approved a refund',
        "forStaff || row.status === 'rejected' ? row.decision_reason : null",
        'row.decision_reason',
      ],
      [
        'shoppers see addresses of workflows',
        'workflow_url: forStaff ? workflowUrl(',
        'workflow_url: true ? workflowUrl(',
      ],
      [
        'what staff have to do is listed newest first',
        '`${SELECT} where status = any($1) order by created_at limit 200`',
        '`${SELECT} where status = any($1) order by created_at desc limit 200`',
      ],
      [
        'returns that are awaited are not listed',
        "REFUND_STATUSES.filter((each) => each.startsWith('awaiting_'))",
        "REFUND_STATUSES.filter((each) => each === 'awaiting_approval')",
      ],
      ['the list of what waits ignores the status asked for', '[status ? [status] : waiting]', '[waiting]'],
      [
        'money that went back in another way can be refunded again, says the API',
        'isGivenUp: row.given_up,',
        'isGivenUp: false,',
      ],
      [
        'a refund is not found by its account',
        'requestId, customerId, amount, createdAt',
        'requestId, customerId: null, amount, createdAt',
      ],
      ['a refund is found by its amount in cents', 'toDecimal(request.amountCents, currency)', 'request.amountCents'],
      ['a refund that is resumed is not found by its account', 'customerId: refund.user_id,', 'customerId: null,'],
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
        'customerId: before.user_id,',
        'customerId: null,',
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
        "refundStart(refund, 'Refund, resumed for a decision', true)",
        "refundStart(refund, 'Refund, resumed for a decision', false)",
      ],
    ],
  },
  {
    file: 'storefront/src/hooks.server.ts',
    tests: ['storefront/src/hooks'],
    replacements: [
      ['all shoppers share one limit', 'clientAddress: clientAddressOf(event)', 'clientAddress: undefined'],
      ['a session is renewed once for each request', '    renewal,\n', '    renewal: new SessionRenewal(),\n'],
      [
        'pages of a shopper are kept by shared caches',
        "headers.set('cache-control', 'private, no-store')",
        "headers.set('cache-control', 'public')",
      ],
      [
        'cookies of a shop behind a proxy go over plain HTTP',
        '(settings.origin ?? event.url.origin)',
        '(event.url.origin)',
      ],
      [
        'requests to the API are logged under another ID',
        'requestId: event.locals.requestId,\n    clientAddress',
        'requestId: crypto.randomUUID(),\n    clientAddress',
      ],
    ],
  },
  {
    file: 'api/middleware/identity.ts',
    tests: ['api/middleware'],
    replacements: [
      [
        'an old cookie names another cart than the shopper does',
        "ctx.get('X-Cart-Id') || ctx.cookies.get(CART_COOKIE)",
        "ctx.cookies.get(CART_COOKIE) || ctx.get('X-Cart-Id')",
      ],
      ['a cart whose ID is written in capitals is another one', 'cartId.toLowerCase()', 'cartId'],
    ],
  },
  {
    file: 'api/middleware/client-address.ts',
    tests: ['api/middleware'],
    replacements: [
      ['a shopper chooses the address that is limited', 'forwarded.reverse()', 'forwarded'],
      ['the limit is that of the first address that anybody wrote', '        if (!trusted.has(hop)) break;\n', ''],
      [
        'one address written in two ways has two limits',
        '.map((part) => plain(part.trim()))',
        '.map((part) => part.trim())',
      ],
    ],
  },
  {
    file: 'api/middleware/consent.ts',
    tests: ['api/middleware'],
    replacements: [
      [
        'an old cookie says more than the shopper does now',
        "ctx.get('X-Analytics-Consent') || ctx.cookies.get(CONSENT_COOKIE)",
        "ctx.cookies.get(CONSENT_COOKIE) || ctx.get('X-Analytics-Consent')",
      ],
      ['browsers that refuse to be followed are', ", gpc: ctx.get('Sec-GPC')", ''],
    ],
  },
];
