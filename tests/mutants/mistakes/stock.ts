/** Stock: the scripts of the stock counters in Redis, and the inventory ledger in PostgreSQL. */
import { ACTIVITY_TESTS, type MistakesInFile } from '../mistake.ts';

export const STOCK: readonly MistakesInFile[] = [
  {
    file: 'infra/redis/stock-counter-scripts.ts',
    tests: ['infra/redis', 'activities/reservations', ...ACTIVITY_TESTS, 'activities/audit'],
    replacements: [
      [
        'a counter is adjusted twice by one message',
        "'1', 'NX', 'EX', ARGV[1]) then change",
        "'1', 'EX', ARGV[1]) then change",
      ],
      [
        'a counter is corrected although it has changed since',
        "if (redis.call('hget', KEYS[2], ARGV[1]) or '') ~= ARGV[2] then return 0 end\n",
        '',
      ],
      ['an ended reservation is made again', "if state then return {'ended'} end\n", ''],
      [
        'a repeated reservation is reported as ended',
        "if state == 'reserved' or state == 'replaced' then return {'reserved'} end\n",
        '',
      ],
      [
        'the shopper’s own reserved units don’t count as available to them',
        '    before[#before + 1] = id\n    add_lines(deltas, marker_of(id), 1)',
        '    before[#before + 1] = id',
      ],
      ['unavailable units are reserved', 'if short then return counts end\n', ''],
      [
        'sold units are returned to the counter',
        "if state == 'reserved' and as ~= 'committed' then add_lines(deltas, marker, 1) end",
        "if state == 'reserved' then add_lines(deltas, marker, 1) end",
      ],
      [
        'a replaced reservation that is sold is not deducted from the counter',
        "    if state == 'replaced' and as == 'committed' then add_lines(deltas, marker, -1) end\n",
        '',
      ],
      [
        'a refused reservation does not restore the ones that it replaced',
        'then reserve_again(deltas, other, now) end',
        'then end',
      ],
      [
        'a confirmed reservation that was replaced meanwhile is not counted',
        "elseif state == 'replaced' then\n  reserve_again(deltas, ARGV[2], ARGV[3])\n",
        '',
      ],
      [
        'the reservations that a confirmed one replaced stay open',
        "for id in string.gmatch(ARGV[4], '[^,]+') do finish(deltas, id, 'released', ARGV[1], ARGV[3]) end\n",
        '',
      ],
      [
        'units are reserved while the counters are rebuilt',
        "if redis.call('exists', KEYS[1]) == 0 then return {'closed'} end\n",
        '',
      ],
      [
        'a rebuild keeps markers of reservations that PostgreSQL does not have',
        "    if redis.call('hget', marker, 'state') == 'reserved' then redis.call('del', marker) end\n",
        '',
      ],
      ['a restored reservation’s marker expires after a day', "  redis.call('persist', marker)\n", ''],
      [
        'a sold-out product is not published',
        "if before > 0 and after <= 0 then redis.call('publish', '${STOCK_CHANNEL}', '-' .. product) end",
        '',
      ],
    ],
  },
  {
    file: 'infra/redis/stock-counters.ts',
    tests: ['infra/redis', 'activities/reservations', ...ACTIVITY_TESTS],
    replacements: [
      [
        'a rebuild loses the owners of reservations',
        "        pipeline.set(ownerKey(owner), id, 'EX', MARKER_SECONDS);\n",
        '',
      ],
      [
        'a rebuild counts adjustments in transit twice',
        'for (const id of part.adjustedOutboxIds ?? []) pipeline',
        'for (const id of [] as number[]) pipeline',
      ],
    ],
  },
  {
    file: 'activities/reservations/stock-ledger.ts',
    tests: [
      ...ACTIVITY_TESTS,
      'activities/reservations',
      'activities/orders',
      'tests/units-and-money',
      'tests/invariants',
    ],
    replacements: [
      ['an ended reservation is released again', "      .where('reservations.status', '=', 'reserved')\n", ''],
      [
        'a late payment sells units that others have reserved',
        "is(is('product.stock_quantity', '-', is.ref('product.reserved_quantity')), '<', is.ref('item.quantity'))",
        "is('product.stock_quantity', '<', is.ref('item.quantity'))",
      ],
      ['a late payment buys a deleted product', "          is('product.deleted_at', 'is not', null),\n", ''],
      [
        'an ended reservation is sold as an open one',
        "commit(sql, reservationId).where('status', '=', 'reserved')",
        'commit(sql, reservationId)',
      ],
      [
        'a sale leaves its units reserved',
        'sql.run(sellReserved(sql, { reservationId }))',
        'sql.run(sell(sql, reservationId))',
      ],
      ['the units of a refund are restocked twice', "          .where('restocked_at', 'is', null)\n", ''],
    ],
  },
  {
    file: 'activities/reservations/reservation-ledger.ts',
    tests: [
      'activities/reservations',
      ...ACTIVITY_TESTS,
      'api/orders',
      'api/cart',
      'api/reservations',
      'tests/invariants',
    ],
    replacements: [
      ['a deleted product is reserved', 'rows.filter((row) => !row.deleted_at).map(', 'rows.map('],
      [
        'limits of open reservations are not enforced',
        "if (exceeded) return { outcome: 'limited'",
        "if (false) return { outcome: 'limited'",
      ],
      [
        'one order has products of two currencies',
        'if (new Set(lines.map(({ currency }) => currency)).size > 1) return',
        'if (false) return',
      ],
      ['a refused request keeps the units that it had been given', '  makeAvailable(products, own, -1);\n', ''],
    ],
  },
  {
    file: 'activities/reservations/open-reservations.ts',
    tests: ['activities/reservations'],
    replacements: [
      [
        'a shopper’s earlier reservation counts against the limit of the one that replaces it',
        'const address = { open: open - replaced.length,',
        'const address = { open,',
      ],
      [
        'requests of one batch together exceed the limit of an address',
        '    this.#count(addressHash, 1, unitsOf(lines));\n',
        '',
      ],
      [
        'an expired reservation is returned for the next request',
        '    Date.parse(open.expiresAt) > Date.now() &&\n',
        '',
      ],
    ],
  },
  {
    file: 'activities/reservations/end-ledger.ts',
    tests: [...ACTIVITY_TESTS, 'activities/reservations', 'api/orders', 'api/reservations'],
    replacements: [
      [
        'a shopper can release the reservation of an unpaid order',
        " || (isKept !== undefined && request.to === 'released')",
        '',
      ],
      ['a reservation expires before its time', "if (request.to === 'expired' && !row.due) return 'not_due';\n", ''],
      [
        'the reservation of an order that awaits payment is released',
        "if (isKept || (isKept !== undefined && request.to === 'released')) return",
        'if (isKept) return',
      ],
    ],
  },
  {
    file: 'activities/reservations/reservation-end.ts',
    tests: [...ACTIVITY_TESTS, 'activities/reservations', 'activities/audit'],
    replacements: [
      [
        'a reservation ends while its payment may be in flight',
        'else greatest(${grace}, ${settle})',
        'else least(${grace}, ${settle})',
      ],
    ],
  },
  {
    file: 'activities/reservations/extend-reservation.ts',
    tests: ['activities/reservations', ...ACTIVITY_TESTS, 'tests/support-desk'],
    replacements: [
      ['a reservation is extended twice', 'if (reservation.extended_at) {', 'if (false) {'],
      [
        'an expired reservation is extended',
        "if (reservation.status !== 'reserved' || reservation.expires_at.getTime() <= Date.now())",
        "if (reservation.status !== 'reserved')",
      ],
    ],
  },
  {
    file: 'activities/reservations/activities.ts',
    tests: [...ACTIVITY_TESTS, 'activities/reservations', 'api/orders'],
    replacements: [
      [
        'the shopper’s reservations in the ledger are ignored',
        '!own.some(({ hasOrder }) => hasOrder) && !haveEnough(own, short)',
        'true',
      ],
      [
        'the stock counter keeps units that the ledger refused',
        "      await endInCounters(stockCounters, reservationId, 'refused');\n",
        '',
      ],
      [
        'sold units are returned to the counter when the reservation expires',
        "status === 'committed' ? 'committed' : 'released'",
        "'released'",
      ],
    ],
  },
  {
    file: 'activities/reservations/stock-counters-rebuild.ts',
    tests: ['activities/reservations', ...ACTIVITY_TESTS, 'tests/invariants'],
    replacements: [
      ['the counters are rebuilt from several snapshots', "isolation: 'repeatable read', ", ''],
      [
        'a rebuild loses which reservations have ended',
        "is.or([is('status', '=', literal('reserved')),",
        "is.and([is('status', '=', literal('reserved')),",
      ],
      [
        'a rebuild counts reserved units as available',
        'selectAvailable(sql)',
        "sql.query.selectFrom('products').select(['id', 'stock_quantity as available'])",
      ],
    ],
  },
  {
    file: 'activities/reservations/stock-ledger.ts',
    tests: ['activities/reservations'],
    replacements: [
      [
        'when reservations of one product end together, only one returns its units',
        "of.fn.sum<number>('quantity').as('quantity')",
        "of.fn.max('quantity').as('quantity')",
      ],
    ],
  },
  {
    file: 'activities/reservations/extend-reservation.ts',
    tests: ['activities/reservations'],
    replacements: [
      [
        'an extension counts from now and not from the deadline',
        "${to.ref('expires_at')} + make_interval",
        '${now} + make_interval',
      ],
    ],
  },
];
