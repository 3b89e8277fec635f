/** Access and security: roles, owners, sessions, cookies, headers, limits, and secure defaults. */
import type { MistakesInFile } from '../mistake.ts';

/** Tests of every route with every role. */
const ROLE_TESTS = ['api/openapi', 'tests/access'];

export const ACCESS: readonly MistakesInFile[] = [
  {
    file: 'api/catalog/routes.ts',
    tests: [...ROLE_TESTS, 'api/catalog'],
    replacements: [
      [
        'anyone can create products',
        "summary: 'Add a product',\n      access: 'admin',",
        "summary: 'Add a product',\n      access: 'anyone',",
      ],
      [
        'customers can change products',
        "summary: 'Update a product',\n      access: 'admin',",
        "summary: 'Update a product',\n      access: 'account',",
      ],
      [
        'support can delete products',
        "summary: 'Discontinue a product',\n      access: 'admin',",
        "summary: 'Discontinue a product',\n      access: 'staff',",
      ],
    ],
  },
  {
    file: 'api/analytics/routes.ts',
    tests: [...ROLE_TESTS, 'api/analytics'],
    replacements: [
      [
        'customers can read the shop’s statistics',
        "summary: 'Counts of events over time',\n      access: 'admin',",
        "summary: 'Counts of events over time',\n      access: 'anyone',",
      ],
      ['visits are recorded with IDs without consent', '  if (!hasConsented(ctx)) return {};\n', ''],
    ],
  },
  {
    file: 'api/recommendations/retraining-routes.ts',
    tests: [...ROLE_TESTS, 'api/recommendations'],
    replacements: [
      [
        'staff who are not administrators can roll back the model',
        "summary: 'Roll back to the previously served model',\n      access: 'admin',",
        "summary: 'Roll back to the previously served model',\n      access: 'staff',",
      ],
    ],
  },
  {
    file: 'api/middleware/identity.ts',
    tests: [...ROLE_TESTS, 'api/catalog'],
    replacements: [
      [
        'roles are not checked',
        "  if (!roles.includes(identity.role))\n    throw new DomainError('forbidden', 'Your account does not have permission to do this.');\n",
        '',
      ],
    ],
  },
  {
    file: 'api/middleware/access.ts',
    tests: [...ROLE_TESTS, 'api/route'],
    replacements: [
      ['the declared access is not checked', '      check(ctx, refusal);\n', ''],
      [
        'support approves for support leads',
        "lead: withRole('support_lead', 'admin')",
        "lead: withRole('support', 'admin')",
      ],
      [
        'requests without an account or a cart can make reservations and list orders',
        "  if (ownersOf(ctx).length === 0) throw new DomainError('unauthenticated', refusal);\n",
        '',
      ],
    ],
  },
  {
    file: 'api/route.ts',
    tests: [...ROLE_TESTS, 'api/route', 'tests/rate-limits', 'tests/problem-details'],
    replacements: [
      ['a route is open to everyone', '[...usual.limits, ...usual.access]', '[...usual.limits]'],
      ['a route is not limited', '[...usual.limits, ...usual.access]', '[...usual.access]'],
      ['bodies are not parsed', "body: body && parse(body, ctx.request.body, 'body'),", 'body: ctx.request.body,'],
    ],
  },
  {
    file: 'api/middleware/access-tokens.ts',
    tests: ['api/middleware', 'api/accounts'],
    replacements: [
      ['a previously seen access token never expires', 'if (known && Date.now() < known.expiresAtMs)', 'if (known)'],
    ],
  },
  {
    file: 'api/orders/order-reader.ts',
    tests: [...ROLE_TESTS, 'api/orders'],
    replacements: [
      [
        'anyone can read an order by its ID',
        '.where(isVisible(isForStaff, visible))',
        '.where(isVisible(true, visible))',
      ],
      ['anyone can follow an order’s events', 'isVisible(isStaffViewer(viewer), {', 'isVisible(true, {'],
      ['shoppers see which staff member did what', 'actor: isShopper ? null : actor', 'actor'],
      ['shoppers see staff-internal events', "event('event.type', '=', anyOf(SHOPPER_EVENTS))", 'event.lit(true)'],
      ['a shopper can list all orders', "    .where('o.owner', '=', anyOf(owners))\n", ''],
      ['staff get the data for a card payment', "isShopper && row.status === 'pending'", "row.status === 'pending'"],
    ],
  },
  {
    file: 'api/reservations/service.ts',
    tests: [...ROLE_TESTS, 'api/orders', 'api/reservations', 'tests/idempotent-writes'],
    replacements: [
      ['anyone can read and release a reservation', "        .where('reservations.owner', '=', anyOf(owners)),\n", ''],
      [
        'one shopper’s key returns another shopper’s reservation',
        'uuidFrom(ID_NAMESPACES.reservation, `${owners[0]}:${request.idempotencyKey}`)',
        'uuidFrom(ID_NAMESPACES.reservation, request.idempotencyKey)',
      ],
      [
        'a reused key is accepted for another reservation',
        'if (JSON.stringify(result.requested) !== JSON.stringify(lines)) {',
        'if (false) {',
      ],
    ],
  },
  {
    file: 'api/orders/checkout.ts',
    tests: [...ROLE_TESTS, 'api/orders', 'api/reservations'],
    replacements: [
      [
        'a checkout reveals the state of a reservation to anyone with its ID',
        "    .where('r.owner', '=', anyOf(owners)),\n",
        '',
      ],
    ],
  },
  {
    file: 'activities/orders/order-steps.ts',
    tests: ['api/orders/order-keys'],
    replacements: [
      [
        'a link in an email to a previous address still opens the order',
        '  await revokeOrderKeys(sql, order.id);\n',
        '',
      ],
    ],
  },
  {
    file: 'api/cart/routes.ts',
    tests: ['api/cart', 'tests/http-security'],
    replacements: [
      ['scripts can read the cart cookie', 'httpOnly: true, ', 'httpOnly: false, '],
      ['other sites can send the cart cookie', "sameSite: 'lax', ", "sameSite: 'none', "],
    ],
  },
  {
    file: 'api/cart/service.ts',
    tests: ['api/cart', 'api/accounts', ...ROLE_TESTS],
    replacements: [
      ['a merged cart holds more than 100 of a product', 'item.val(MAX_QUANTITY)', 'item.val(2 * MAX_QUANTITY)'],
      [
        'an account’s cart is readable for anyone with its ID',
        "carts.where('id', '=', owner.cartId).where('user_id', 'is', null)",
        "carts.where('id', '=', owner.cartId)",
      ],
      ['anyone with the ID of an account’s cart can add products', ".where('carts.user_id', 'is', null)", ''],
      ['a cart mixes currencies', 'if (cartCurrency && cartCurrency !== product.currency) throw', 'if (false) throw'],
    ],
  },
  {
    file: 'api/app.ts',
    tests: ['api/system', 'api/middleware', 'tests/http-security'],
    replacements: [
      [
        'the API sends no HSTS header',
        "helmet({ crossOriginResourcePolicy: { policy: 'cross-origin' } })",
        "helmet({ crossOriginResourcePolicy: { policy: 'cross-origin' }, strictTransportSecurity: false })",
      ],
      ['bodies of any size are read', "jsonLimit: '256kb'", "jsonLimit: '256mb'"],
    ],
  },
  {
    file: 'api/middleware/cors.ts',
    tests: ['api/middleware', 'api/system', 'tests/http-security'],
    replacements: [
      [
        'every site can read the API with the shopper’s cookies',
        "    if (ctx.get('Origin') !== origin) return next();\n    ctx.set('Access-Control-Allow-Origin', origin);",
        "    ctx.set('Access-Control-Allow-Origin', ctx.get('Origin') || origin);",
      ],
    ],
  },
  {
    file: 'api/codec/access.ts',
    tests: ['api/codec'],
    replacements: [
      ['customers can decrypt Temporal payloads', '    if (!isStaff(role)) throw notSupportStaff();\n', ''],
      [
        'every user of the issuer can decrypt Temporal payloads',
        'if (claimed(claims, settings.CODEC_OIDC_ROLE_CLAIM).some((value) => allowed.has(value))) return who;',
        'if (claims) return who;',
      ],
    ],
  },
  {
    file: 'api/codec/routes.ts',
    tests: ['api/codec'],
    replacements: [['pages of any site can use the codec', 'if (origin && origin !== allowed)', 'if (false)']],
  },
  {
    file: 'infra/config.ts',
    tests: ['infra/config', 'infra/security-defaults'],
    replacements: [
      [
        '`CODEC_REQUIRE_SIGN_IN` defaults to false',
        'CODEC_REQUIRE_SIGN_IN: flag(true)',
        'CODEC_REQUIRE_SIGN_IN: flag(false)',
      ],
      ['rate limits are off by default', 'RATE_LIMIT_ENABLED: flag(true)', 'RATE_LIMIT_ENABLED: flag(false)'],
      ['a short secret signs access tokens', 'JWT_SECRET: z.string().min(32)', 'JWT_SECRET: z.string().min(1)'],
      ['500 failed sign-ins are allowed', 'RATE_LIMIT_AUTH: count(5)', 'RATE_LIMIT_AUTH: count(500)'],
      [
        'support refunds any amount without approval',
        'REFUND_LIMIT_SUPPORT_CENTS: count(10_000, 0)',
        'REFUND_LIMIT_SUPPORT_CENTS: count(100_000_000, 0)',
      ],
    ],
  },
  {
    file: 'storefront/src/lib/server/shop-cookies.ts',
    tests: ['storefront/src/lib/server'],
    replacements: [
      ['scripts can read the session cookies', 'httpOnly: true, ', 'httpOnly: false, '],
      ['session cookies are sent over plain HTTP', 'secure: this.#secure, maxAge', 'secure: false, maxAge'],
      ['other sites can send the session cookies', "sameSite: 'lax', ", "sameSite: 'none', "],
    ],
  },
  {
    file: 'storefront/src/lib/server/security-headers.ts',
    tests: ['storefront/src/lib/server'],
    replacements: [['the storefront sends no HSTS header', 'if (https) headers.set', 'if (false) headers.set']],
  },
  {
    file: 'api/catalog/product-writer.ts',
    tests: ['api/catalog', 'tests/idempotent-writes'],
    replacements: [
      ['one delivery is counted twice', '  if (known) return false;\n', '  if (known) return true;\n'],
      ['a reused delivery key is accepted for another quantity', 'if (known && known.', 'if (false && known.'],
    ],
  },
  {
    file: 'infra/redis/cache.ts',
    tests: ['infra/redis', 'api/catalog', 'api/recommendations'],
    replacements: [
      [
        'a response from before an invalidation is cached after it',
        "if redis.call('get', KEYS[2]) ~= ARGV[1] then return 0 end\n",
        '',
      ],
    ],
  },
  {
    file: 'activities/orders/order-ledger.ts',
    tests: ['api/reservations'],
    replacements: [
      [
        'the order of a shopper who signed in after reserving belongs to the guest’s cart',
        'request.userId ? userOwner(request.userId) : reservation.owner,',
        'reservation.owner,',
      ],
    ],
  },
  {
    file: 'api/middleware/identity.ts',
    tests: ['api/accounts', 'api/middleware', 'tests/access'],
    replacements: [
      [
        'an invalid or expired access token is ignored, and its owner continues as a guest',
        '    if (authorization) ctx.state.identity = tokens.read(authorization);',
        `    try {
      if (authorization) ctx.state.identity = tokens.read(authorization);
    } catch {
      // Continues as a guest.
    }`,
      ],
    ],
  },
  {
    file: 'storefront/src/hooks.server.ts',
    tests: ['storefront/src'],
    replacements: [
      [
        'the storefront does not forward the shopper’s address to the API',
        '    forwardedFor: forwardedFor(event),',
        '    forwardedFor: undefined,',
      ],
    ],
  },
];
