import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { cachedFolder, intoCache } from './cache.ts';

let root: string;
const report = () => {};
const usable = async (folder: string) => existsSync(join(folder, 'program'));
const fill = async (folder: string) => writeFileSync(join(folder, 'program'), 'new');

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cache-'));
  chmodSync(root, 0o755);
  vi.stubEnv('HOLDFAST_CACHE', root);
});
afterEach(() => vi.unstubAllEnvs());

it('exposes a folder only when it is complete', async () => {
  const got = intoCache(
    'redis-7',
    usable,
    async (folder) => {
      expect(cachedFolder('redis-7')).toBeUndefined();
      await fill(folder);
    },
    report,
  );
  expect(await got).toBe(join(root, 'redis-7'));
  expect(cachedFolder('redis-7')).toBe(join(root, 'redis-7'));
});

it('keeps nothing of a failed fetch, and removes what a killed process left', async () => {
  const interrupted = intoCache(
    'redis-7',
    usable,
    async (folder) => {
      writeFileSync(join(folder, 'half'), '');
      throw new Error('the registry went away');
    },
    report,
  );
  await expect(interrupted).rejects.toThrow('the registry went away');
  expect(readdirSync(root)).toEqual([]);
  writeFileSync(join(root, '.redis-7.partial-abc'), '');
  await intoCache('redis-7', usable, fill, report);
  expect(readdirSync(root)).toEqual(['redis-7']);
});

it('fetches once for concurrent callers', async () => {
  let times = 0;
  const slowly = async (folder: string) => {
    times += 1;
    await sleep(300);
    await fill(folder);
  };
  const messages: string[] = [];
  await Promise.all([1, 2].map(() => intoCache('redis-7', usable, slowly, (message) => messages.push(message))));
  expect(times).toBe(1);
  expect(messages).toHaveLength(1);
});

it('replaces a damaged folder', async () => {
  await intoCache('redis-7', usable, async (folder) => writeFileSync(join(folder, 'nothing of use'), ''), report);
  const folder = await intoCache('redis-7', usable, fill, report);
  expect(readFileSync(join(folder, 'program'), 'utf8')).toBe('new');
});
