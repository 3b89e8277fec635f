/** Client addresses, rate limits, sign-in attempts, and connections. */
import type { MistakesInFile } from '../mistake.ts';

export const LIMITS: readonly MistakesInFile[] = [
  {
    file: 'api/middleware/client-address.ts',
    tests: ['api/middleware', 'api/accounts', 'tests/http-security', 'tests/rate-limits'],
    replacements: [
      [
        'X-Forwarded-For is trusted from any address',
        'while (isIP(address) && trusted.check(address, familyOf(address))) {',
        'if (address) {',
      ],
    ],
  },
  {
    file: 'api/orders/checkout-routes.ts',
    tests: ['api/orders', 'api/checkout', 'tests/rate-limits'],
    replacements: [['checkouts are not limited', "limit: ['api', 'payment'],", "limit: 'api',"]],
  },
  {
    file: 'api/accounts/sign-in-limits.ts',
    tests: ['api/accounts'],
    replacements: [
      [
        'passwords can be tried without limit',
        'const { redis, settings } = this.#deps;\n    if (!settings.RATE_LIMIT_ENABLED) return check();',
        'const { redis, settings } = this.#deps;\n    if (settings) return check();',
      ],
      [
        'a sign-in is counted after its password was checked',
        'const counted: (typeof limits)[number][] = [];',
        'await check();\n    const counted: (typeof limits)[number][] = [];',
      ],
      [
        'strangers lock an owner out at home',
        '...(isKnown ? [] : [[this.#perAccount, account] as const]),',
        '[this.#perAccount, account],',
      ],
      [
        'many addresses can guess one account’s password',
        '...(isKnown ? [] : [[this.#perAccount, account] as const]),',
        '',
      ],
      ['email addresses are in the keys of Redis', 'emailHash(settings.EMAIL_HASH_KEY, email)', 'email.toLowerCase()'],
    ],
  },
  {
    file: 'api/middleware/rate-limit.ts',
    tests: ['api/middleware', 'tests/rate-limits'],
    replacements: [
      [
        'one shopper uses up the limit of all behind an address',
        'await perShopper?.count(ctx, shopperKey(ctx));',
        'await perShopper?.count(ctx, addressKey(ctx));',
      ],
      ['each address of an IPv6 network has its own limit', 'networkOf(ctx.ip)', 'ctx.ip'],
    ],
  },
  {
    file: 'api/middleware/unread-body.ts',
    tests: ['tests/connections'],
    replacements: [
      ['a connection with an unread body is reused', "if (!ctx.req.complete) ctx.set('Connection', 'close');", ''],
    ],
  },
  {
    file: 'api/middleware/limit.ts',
    tests: ['api/accounts', 'api/middleware', 'tests/rate-limits'],
    replacements: [
      [
        'a successful sign-in resets the failed ones of its address',
        'await this.#limiter.reward(key).catch(() => undefined);',
        'await this.#limiter.delete(key).catch(() => undefined);',
      ],
    ],
  },
];
