/** When the stock counters are rebuilt, by which process, and what they keep. */
import { afterEach, describe, expect, it } from 'vitest';
import { activityShop } from '../../tests/support/activity-shop.ts';
import { createProduct, until } from '../../tests/support/shop.ts';
import { ensureStockCounters } from './stock-counters-rebuild.ts';

/** The advisory lock of the process that rebuilds. */
const LOCK = 7_261_002;

const shop = activityShop();

const available = async (id: string) => (await shop.services.stockCounters.available([id])).get(id);
const ensure = () => ensureStockCounters(shop.services.db, shop.services.stockCounters, shop.services.log);
/** Simulates a restart of Redis: it has the data that it wrote to disk, and another run ID. */
const restarted = () => shop.services.redis.set('{stock}:ready', 'the process before');

afterEach(() => until(ensure, 'the stock counters'));

describe('a Redis that was restarted', () => {
  it('is not trusted, since it may have lost the last second of writes', async () => {
    const { stockCounters } = shop.services;
    const product = await createProduct(shop.services, { stock: 4 });
    await stockCounters.correct(product.id, 4, 9);
    await restarted();
    await until(ensure, 'the stock counters');
    expect(await available(product.id)).toBe(4);
    expect(await stockCounters.builtIn()).toBe(await stockCounters.serverRun());
  });

  it('grants no reservations while the stock counters are being rebuilt', async () => {
    const { db, stockCounters } = shop.services;
    const client = await db.pool.connect();
    let rebuilt: Promise<unknown> | undefined;
    try {
      await client.query('begin');
      await client.query('lock table reservations in access exclusive mode');
      await restarted();
      rebuilt = until(ensure, 'the stock counters');
      await until(
        () => db.row(`select 1 from pg_locks where relation = 'reservations'::regclass and not granted`),
        'the rebuild to wait for the lock',
      );
      expect(await stockCounters.builtIn()).toBeUndefined();
    } finally {
      await client.query('rollback');
      client.release();
    }
    await rebuilt;
    expect(await stockCounters.builtIn()).toBe(await stockCounters.serverRun());
  });
});

describe('a rebuild', () => {
  it('is done by one process at a time, which releases the lock for the next', async () => {
    const { db, stockCounters } = shop.services;
    const other = await db.pool.connect();
    try {
      const isLocked = async () =>
        (await other.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [LOCK])).rows[0]!.locked;
      await until(isLocked, 'the rebuild lock to be free');
      await restarted();
      expect(await ensure()).toBe(false);
      expect(await stockCounters.builtIn()).toBe('the process before');
      await other.query('select pg_advisory_unlock($1)', [LOCK]);
      await until(ensure, 'the stock counters');
      await until(isLocked, 'the rebuild lock to be released');
    } finally {
      await other.query('select pg_advisory_unlock_all()');
      other.release();
    }
  });
});
