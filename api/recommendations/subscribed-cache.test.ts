import { describe, expect, it } from 'vitest';
import { SubscribedCache, type SubscribedCacheOptions } from './subscribed-cache.ts';

/** A cache over a table that the test changes. While `isSlow`, a query completes when `answer` is called. */
function cacheOver(table: Map<string, string>, options: Partial<SubscribedCacheOptions<string>> = {}) {
  const queries: string[][] = [];
  const waiting: (() => void)[] = [];
  const state = { isSlow: false };
  const cache = new SubscribedCache<string>({
    idOfKey: (key) => key,
    async load(ids) {
      queries.push([...ids]);
      const rows = ids.flatMap((id) => (table.has(id) ? [[id, table.get(id)!] as const] : []));
      if (state.isSlow) await new Promise<void>((resolve) => waiting.push(resolve));
      return new Map(rows);
    },
    max: 100,
    lifeMs: 60_000,
    ...options,
  });
  const answer = async () => {
    waiting.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { cache, queries, state, answer };
}

describe('a subscribed cache', () => {
  it('loads each record once, also a missing one', async () => {
    const { cache, queries } = cacheOver(new Map([['a', 'one']]));
    cache.onSubscribed();
    expect(await cache.find(['a', 'b', 'a'])).toEqual(['one', undefined, 'one']);
    expect(await cache.find(['b', 'a'])).toEqual([undefined, 'one']);
    expect(queries).toEqual([['a', 'b']]);
  });

  it('reloads a changed record under all of its IDs', async () => {
    const table = new Map([
      ['a', 'ab'],
      ['b', 'ab'],
      ['c', 'c'],
    ]);
    const { cache, queries } = cacheOver(table, { idsOf: (value) => [...value] });
    cache.onSubscribed();
    await cache.find(['a', 'b', 'c']);
    table.set('a', 'AB').set('b', 'AB');
    cache.onInvalidated(['b']);
    expect(await cache.find(['a', 'c'])).toEqual(['AB', 'c']);
    expect(queries).toEqual([['a', 'b', 'c'], ['a']]);
  });

  it('does not cache a record that changed during its load', async () => {
    const table = new Map([['a', 'old']]);
    const { cache, state, answer } = cacheOver(table);
    cache.onSubscribed();
    state.isSlow = true;
    const reading = cache.find(['a']);
    await new Promise((resolve) => setImmediate(resolve));
    table.set('a', 'new');
    cache.onInvalidated(['a']);
    await answer();
    expect(await reading).toEqual(['old']);
    state.isSlow = false;
    expect(await cache.find(['a'])).toEqual(['new']);
  });

  it('caches nothing while it receives no invalidations', async () => {
    const table = new Map([['a', 'old']]);
    const { cache } = cacheOver(table, { disconnectedMs: 0 });
    await cache.find(['a']);
    table.set('a', 'new');
    expect(await cache.find(['a'])).toEqual(['new']);
    cache.onSubscribed();
    await cache.find(['a']);
    table.set('a', 'newer');
    expect(await cache.find(['a'])).toEqual(['new']);
    cache.onDisconnected();
    expect(await cache.find(['a'])).toEqual(['newer']);
  });

  it('gathers concurrent misses into one query', async () => {
    const table = new Map(Array.from({ length: 9 }, (_, at) => [`${at}`, `v${at}`] as const));
    const { cache, queries, state, answer } = cacheOver(table);
    cache.onSubscribed();
    state.isSlow = true;
    const asked: Promise<unknown>[] = [];
    for (let at = 0; at < 9; at += 1) {
      asked.push(cache.find([`${at}`, '0']));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(queries).toHaveLength(2);
    for (let at = 0; at < 3; at += 1) await answer();
    expect(await Promise.all(asked)).toEqual(Array.from({ length: 9 }, (_, at) => [`v${at}`, 'v0']));
    expect(queries).toHaveLength(3);
  });

  it('rejects all waiting calls when a load fails, and loads again for the next', async () => {
    let isAway = true;
    const cache = new SubscribedCache<string>({
      idOfKey: (key) => key,
      load: async (ids) => {
        if (isAway) throw new Error('PostgreSQL is away');
        return new Map(ids.map((id) => [id, id]));
      },
      max: 10,
      lifeMs: 60_000,
    });
    cache.onSubscribed();
    const both = await Promise.allSettled([cache.find(['a']), cache.find(['b'])]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    isAway = false;
    expect(await cache.find(['a', 'b'])).toEqual(['a', 'b']);
  });

  it('drops the oldest record when it is full', async () => {
    const table = new Map(Array.from({ length: 5 }, (_, at) => [`${at}`, `v${at}`] as const));
    const { cache, queries } = cacheOver(table, { max: 3 });
    cache.onSubscribed();
    for (let at = 0; at < 5; at += 1) await cache.find([`${at}`]);
    await cache.find(['4', '3', '2']);
    expect(queries).toHaveLength(5);
    await cache.find(['0']);
    expect(queries).toHaveLength(6);
  });
});
