/** Sessions, passwords, and links that prove who owns an address or an order. */
import type { MistakesInFile } from '../mistake.ts';

export const SESSIONS: readonly MistakesInFile[] = [
  {
    file: 'api/accounts/ended-sessions.ts',
    tests: ['api/accounts'],
    replacements: [
      [
        'an access token works in other processes until it expires',
        '        this.#add(sessionId, Number(expiresAtMs));\n',
        '',
      ],
      [
        'a process that starts later accepts tokens of ended sessions',
        '    await this.#read();\n  }\n\n  stop',
        '  }\n\n  stop',
      ],
    ],
  },
  {
    file: 'api/accounts/credentials.ts',
    tests: ['api/accounts/credentials'],
    replacements: [
      ['a link sets a password twice', '  if (used === 0) throw invalidLink();\n', ''],
      ['an expired link still works', "\n        .where('expires_at', '>', now)", ''],
      [
        'a link that confirms an address also resets the password',
        "['reset_password'])",
        "['reset_password', 'verify_email'])",
      ],
      ['a new password ends no session', "        session_generation: user('session_generation', '+', 1),\n", ''],
      ['an account closes with an order on its way', '      await requireNothingOpen(sql, userId);\n', ''],
    ],
  },
  {
    file: 'api/orders/order-access.ts',
    tests: ['api/orders/order-keys'],
    replacements: [
      [
        'a link that was turned off still opens the order',
        "order('revoked.revoked_at', '<', issuedAt)",
        "order('revoked.revoked_at', '>', new Date(0))",
      ],
      [
        'a person who only knows the order number and the address can cancel the order',
        "if (access === 'change' && key.access === 'view')",
        'if (false)',
      ],
      [
        'an order is found by its number alone',
        "\n      .where((order) => order(order.fn('lower', [order.fn.coalesce('orders.email', 'users.email')]), '=', email))",
        '',
      ],
    ],
  },
  {
    file: 'activities/accounts/account-mail.ts',
    tests: ['activities/accounts', 'api/accounts/credentials'],
    replacements: [
      ['anyone can flood a mailbox with links', '  if (recent!.count >= MAX_LINKS_PER_HOUR) return undefined;\n', ''],
      [
        'a used link works again when its email is sent again',
        'if (known) return known.used_at === null ? { to: to.email, token } : undefined;',
        'if (known?.used_at === null) return { to: to.email, token };',
      ],
      [
        'a new address that belongs to another account gets a link',
        "if (await accountWith(sql, 'email', mail.email))",
        'if (false)',
      ],
    ],
  },
  {
    file: 'api/accounts/session-scripts.ts',
    tests: ['api/accounts'],
    replacements: [
      [
        'a replaced refresh token stays valid after its successor was used',
        "redis.call('hset', KEYS[1], 'used', ARGV[2], 'pending', ARGV[3],",
        "redis.call('hset', KEYS[1], 'used', session[4] or ARGV[2], 'pending', ARGV[3],",
      ],
      [
        'a refresh token whose response was lost ends the session',
        'elseif session[4] == ARGV[2] then',
        'elseif session[4] == ARGV[2] and now - tonumber(session[5]) <= tonumber(ARGV[5]) then',
      ],
      [
        'a refresh token that was used twice does not end the session',
        '  finish(KEYS[1], ARGV[1], now, tonumber(ARGV[7]))\n',
        '',
      ],
    ],
  },
  {
    file: 'api/accounts/sessions.ts',
    tests: ['api/accounts'],
    replacements: [
      [
        'signing out does not end the session',
        '    await this.#endById(this.#readRefreshToken(refreshToken).sessionId);\n',
        '',
      ],
      [
        'a new password does not end a session while Redis is unavailable',
        'if (owner?.generation === Number(generation))',
        'if (owner)',
      ],
      [
        'a refresh token is also an access token',
        'jwt.sign({ sessionId, jti: tokenId }, REFRESH_SECRET, {',
        'jwt.sign({ ...owner, sessionId, jti: tokenId }, JWT_SECRET, {',
      ],
    ],
  },
  {
    file: 'api/accounts/session-scripts.ts',
    tests: ['api/accounts'],
    replacements: [
      ['a session ends a week after sign-in, even if it is used', "redis.call('expire', KEYS[1], ARGV[6])\n", ''],
    ],
  },
  {
    file: 'api/accounts/session-scripts.ts',
    tests: ['api/accounts'],
    replacements: [
      [
        'the second of two tabs that refresh at once gets the old refresh token back',
        'answer = string.sub(pending, -36)',
        'answer = ARGV[2]',
      ],
    ],
  },
  {
    file: 'storefront/src/lib/server/session-renewal.ts',
    tests: ['storefront/src/lib/server/session-renewal'],
    replacements: [
      [
        'a shopper whose token refresh is rate limited is signed out',
        'if (isProblem(error) && (error.status === 401 || error.status === 400)) return undefined;',
        'if (isProblem(error) && error.status < 500) return undefined;',
      ],
    ],
  },
];
