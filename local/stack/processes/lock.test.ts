import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { identify } from './identity.ts';
import { lockHolder, tryLock, waitForLock } from './lock.ts';

const newPath = () => join(mkdtempSync(join(tmpdir(), 'lock-')), 'a/lock');

it('has one holder at a time', () => {
  const path = newPath();
  const lock = tryLock(path)!;
  expect(lockHolder(path)?.pid).toBe(process.pid);
  expect(tryLock(path)).toBeUndefined();
  lock.release();
  expect(lockHolder(path)).toBeUndefined();
  tryLock(path)!.release();
});

it('is free again after its holder is killed', async () => {
  const path = newPath();
  tryLock(path)!.release();
  const holder = spawn('sleep', ['30']);
  writeFileSync(path, JSON.stringify(identify(holder.pid!)));
  expect(tryLock(path)).toBeUndefined();
  const waiting = waitForLock(path);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  (await waiting).release();
});

it('is acquired by only one of many processes that find a dead holder', () => {
  const path = newPath();
  tryLock(path)!.release();
  writeFileSync(path, JSON.stringify({ pid: 1, mark: 'a boot long ago:7' }));
  const taken = Array.from({ length: 20 }, () => tryLock(path)).filter((lock) => lock !== undefined);
  expect(taken).toHaveLength(1);
});
