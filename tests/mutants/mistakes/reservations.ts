/** Reservations: owners, replacement, limits, and rebuilds of the stock counters. */
import type { MistakesInFile } from '../mistake.ts';

export const RESERVATIONS: readonly MistakesInFile[] = [
  {
    file: 'activities/reservations/stock-counters-rebuild.ts',
    tests: ['activities/reservations'],
    replacements: [
      [
        'the counters of a restarted Redis are trusted',
        '  if (builtIn === serverRun) return true;',
        '  if (builtIn !== undefined) return true;',
      ],
      [
        'a process that waited for the lock trusts a restarted Redis',
        'if ((await stockCounters.builtIn()) === (await stockCounters.serverRun())) return true;',
        'if ((await stockCounters.builtIn()) !== undefined) return true;',
      ],
      ['units are reserved with counters that are about to be replaced', '  await stockCounters.close();\n', ''],
      ['two processes rebuild concurrently', 'if (!lock.rows[0]!.locked) return false;', ''],
      [
        'a process keeps the lock after its rebuild',
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
        'a refused request uses units that others of its batch could reserve',
        '    reserved.push({\n      productId,\n      quantity,\n      sku',
        '    product.available -= quantity;\n    reserved.push({\n      productId,\n      quantity,\n      sku',
      ],
      [
        'a shopper’s two requests of one batch both stay open',
        "replacedIds.has(reservation.id) ? ('released' as const) : ('reserved' as const)",
        "'reserved' as const",
      ],
    ],
  },
  {
    file: 'activities/reservations/open-reservations.ts',
    tests: ['activities/reservations'],
    replacements: [
      [
        'a reservation with an additional product is returned for the next request',
        '    quantities.size === request.lines.length &&\n',
        '',
      ],
      [
        'a reservation with the same lines takes precedence over the order that awaits payment',
        'own.find((each) => each.hasOrder) ?? own.find((each) => isSame(each, request))',
        'own.find((each) => isSame(each, request)) ?? own.find((each) => each.hasOrder)',
      ],
      [
        'units reserved from another address lower the count of this one',
        'this.of(request.owners).filter((each) => each.addressHash === request.addressHash)',
        'this.of(request.owners)',
      ],
      [
        'replaced units count against the limit of the address',
        'units: units - sum(replaced.map((each) => unitsOf(each.lines)))',
        'units',
      ],
      [
        'a reservation that a request of the batch replaced still counts against its address',
        '      this.#count(each.addressHash, -1, -unitsOf(each.lines));\n',
        '',
      ],
      [
        'a replaced reservation is subtracted from the address of the new one',
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
        'a shopper with an unpaid order gets a sold-out error',
        'if (!own.some(({ hasOrder }) => hasOrder) && !haveEnough(own, short))',
        'if (!haveEnough(own, short))',
      ],
      [
        'the current reservation is not counted again after its marker was lost',
        '      for (const open of inLedger.open) await confirmInCounters(open.id, open.lines, { owner: open.owner });\n',
        '',
      ],
      [
        'an ended reservation is returned as open',
        "if (reservation?.status !== 'reserved') return null;",
        'if (!reservation) return null;',
      ],
    ],
  },
  {
    file: 'infra/postgres/own-reservations.ts',
    tests: ['infra/postgres/own-reservations'],
    replacements: [
      [
        'only the last of a shopper’s reservations counts',
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
        'only the account’s reservations count as the shopper’s own',
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
      ['a rebuild uses data from an interrupted one', 'del(READY, NEXT_AVAILABLE, NEXT_RESERVED)', 'del(READY)'],
      ['a reservation that a rebuild loads expires with its old marker', '      pipeline.del(key);\n', ''],
    ],
  },
  {
    file: 'api/reservations/service.ts',
    tests: ['api/reservations'],
    replacements: [
      [
        'a repeated key gets a sold-out error because of its own reservation',
        'if (short.length === 0 || known) return { known };',
        'if (short.length === 0) return { known };',
      ],
      [
        'the same items in another order count as another request',
        '[...request.lines].sort((a, b) => (a.productId < b.productId ? -1 : 1))',
        '[...request.lines]',
      ],
    ],
  },
  {
    file: 'infra/postgres/reservations.ts',
    tests: ['api/reservations'],
    replacements: [
      [
        'a reservation shows the current price instead of the reserved one',
        "item.cast<string>('item.unit_price', 'text')",
        "item.cast<string>('product.price', 'text')",
      ],
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
        'an extension does not extend the order',
        '.set({ expires_at: extended.expires_at, updated_at: now })',
        '.set({ updated_at: now })',
      ],
    ],
  },
  {
    file: 'api/reservations/service.ts',
    tests: ['api/reservations'],
    replacements: [
      ['a refused release does not name the order', 'details: { order_id: reservation.order_id },', 'details: {},'],
    ],
  },
];
