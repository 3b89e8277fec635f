/** Reservations: owners, replacement, limits, and rebuilds of the stock counters. */
import type { MistakesInFile } from '../mistake.ts';

export const RESERVATIONS: readonly MistakesInFile[] = [
  {
    file: 'activities/reservations/stock-counters-rebuild.ts',
    tests: ['activities/reservations'],
    replacements: [
      [
        'the counters of a Redis that was restarted are believed',
        '  if (builtIn === serverRun) return true;',
        '  if (builtIn !== undefined) return true;',
      ],
      [
        'whoever waited for the lock believes a Redis that was restarted',
        'if ((await stockCounters.builtIn()) === (await stockCounters.serverRun())) return true;',
        'if ((await stockCounters.builtIn()) !== undefined) return true;',
      ],
      ['units are reserved at counters that are about to be replaced', '  await stockCounters.close();\n', ''],
      ['two processes rebuild at once', 'if (!lock.rows[0]!.locked) return false;', ''],
      [
        'whoever rebuilt keeps the lock',
        "await client.query('select pg_advisory_unlock($1)', [COUNTERS_LOCK]);",
        'await Promise.resolve();',
      ],
    ],
  },
  {
    file: 'activities/reservations/reservation-ledger.ts',
    tests: ['activities/reservations'],
    replacements: [
      [
        'a refused request takes what others of its batch could have',
        '    reserved.push({\n      productId,\n      quantity,\n      sku',
        '    product.available -= quantity;\n    reserved.push({\n      productId,\n      quantity,\n      sku',
      ],
      [
        'a shopper’s two requests of one batch both stay open',
        "(replacedIds.has(reservation.id) ? 'released' : 'reserved')",
        "'reserved'",
      ],
    ],
  },
  {
    file: 'activities/reservations/open-reservations.ts',
    tests: ['activities/reservations'],
    replacements: [
      [
        'a reservation with one product more answers the next request',
        '    quantities.size === request.lines.length &&\n',
        '',
      ],
      [
        'a reservation with the same lines goes before the order that waits for its payment',
        'own.find((each) => each.hasOrder) ?? own.find((each) => isSame(each, request))',
        'own.find((each) => isSame(each, request)) ?? own.find((each) => each.hasOrder)',
      ],
      [
        'what was reserved from another address lowers the count of this one',
        'this.of(request.owners).filter((each) => each.addressHash === request.addressHash)',
        'this.of(request.owners)',
      ],
      [
        'replaced units count against the limit of the address',
        'units: units - sum(replaced.map((each) => unitsOf(each.lines)))',
        'units',
      ],
      [
        'what a request of the batch replaced still counts against its address',
        '      this.#count(each.addressHash, -1, -unitsOf(each.lines));\n',
        '',
      ],
      [
        'what was replaced is taken from the address of the new reservation',
        'this.#count(each.addressHash, -1, -unitsOf(each.lines));',
        'this.#count(request.addressHash, -1, -unitsOf(each.lines));',
      ],
    ],
  },
  {
    file: 'infra/postgres/migrations/schema/inventory.ts',
    tests: ['activities/reservations'],
    replacements: [
      [
        'a reservation of three products counts as three of its address',
        'count(distinct r.id)::int as open',
        'count(r.id)::int as open',
      ],
    ],
  },
  {
    file: 'activities/reservations/activities.ts',
    tests: ['activities/reservations'],
    replacements: [
      [
        'who has an order to pay is told that something is sold out',
        'if (!own.some(({ hasOrder }) => hasOrder) && !haveEnough(own, short))',
        'if (!haveEnough(own, short))',
      ],
      [
        'the reservation that stands is not counted again where it was lost',
        '      for (const open of inLedger.open) await confirmInCounters(open.id, open.lines, { owner: open.owner });\n',
        '',
      ],
      [
        'a reservation that has ended is read as if it went on',
        "`select expires_at from reservations where id = $1 and status = 'reserved'`",
        '`select expires_at from reservations where id = $1`',
      ],
    ],
  },
  {
    file: 'infra/postgres/own-reservations.ts',
    tests: ['infra/postgres/own-reservations'],
    replacements: [
      [
        'of a shopper’s reservations only the last one counts',
        'units.set(productId, (units.get(productId) ?? 0) + quantity);',
        'units.set(productId, quantity);',
      ],
    ],
  },
  {
    file: 'infra/redis/stock-counter-scripts.ts',
    tests: ['infra/redis'],
    replacements: [
      [
        'only what the account has reserved counts as the shopper’s own',
        'for i = 5, #KEYS do',
        'for i = 5, math.min(5, #KEYS) do',
      ],
      [
        'the audit does not see a reservation that was counted late',
        "  redis.call('zadd', KEYS[3], ARGV[3], ARGV[2])\n  add_lines(deltas, KEYS[4], -1)",
        '  add_lines(deltas, KEYS[4], -1)',
      ],
    ],
  },
  {
    file: 'infra/redis/stock-counters.ts',
    tests: ['infra/redis'],
    replacements: [
      [
        'a rebuild goes on with what a broken one had loaded',
        'del(READY, NEXT_AVAILABLE, NEXT_RESERVED)',
        'del(READY)',
      ],
      ['a reservation that a rebuild loads expires with its old mark', '      pipeline.del(key);\n', ''],
    ],
  },
  {
    file: 'api/reservations/service.ts',
    tests: ['api/reservations'],
    replacements: [
      [
        'a key is told that its own reservation is sold out',
        'if (short.length === 0 || known) return { known };',
        'if (short.length === 0) return { known };',
      ],
      [
        'the same items in another order are another request',
        '[...request.lines].sort((a, b) => (a.productId < b.productId ? -1 : 1))',
        '[...request.lines]',
      ],
      ['a reservation shows today’s price', "'price', item.unit_price::text", "'price', p.price::text"],
    ],
  },
  {
    file: 'workflows/reservation/workflow.ts',
    tests: ['workflows/reservation/workflow.test'],
    replacements: [
      [
        'a reservation’s workflow ends because its release was refused',
        "      if (ended === 'checkout_pending' || ended === 'not_due') return 'checkout_pending';\n",
        '',
      ],
    ],
  },
  {
    file: 'activities/reservations/extend-reservation.ts',
    tests: ['activities/reservations/extend-reservation'],
    replacements: [
      [
        'an extension gives the order no more time',
        "'update orders set expires_at = $2, updated_at = now() where id = $1'",
        "'update orders set updated_at = coalesce($2, now()) where id = $1'",
      ],
    ],
  },
  {
    file: 'api/reservations/service.ts',
    tests: ['api/reservations'],
    replacements: [
      [
        'who can’t give a reservation back is not told its order',
        'details: { order_id: reservation.order_id },',
        'details: {},',
      ],
    ],
  },
];
