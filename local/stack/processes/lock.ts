/** A lock file between processes that is released when its holder dies: waiting processes check that the holder is alive. */
import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, isRunning, type ProcessIdentity } from './identity.ts';

export interface Lock {
  release(): void;
}

/** The running holder of a lock; undefined when it is free. */
export function lockHolder(path: string): ProcessIdentity | undefined {
  const holder = readHolder(path);
  return holder && isRunning(holder) ? holder : undefined;
}

/** Acquires the lock for this process; undefined when another running process (or this one) holds it. */
export function tryLock(path: string): Lock | undefined {
  mkdirSync(dirname(path), { recursive: true });
  const self = identify(process.pid);
  if (!self) throw new Error('This process can’t be identified because neither /proc nor ps shows its start time.');
  // Linking a complete file makes the lock appear atomically with its content, so readers never see it empty.
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, JSON.stringify(self), { mode: 0o644 });
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      try {
        linkSync(draft, path);
        return { release: () => releaseOwn(path, self) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      if (lockHolder(path)) return undefined;
      removeStale(path);
    }
    return undefined;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Waits for the lock.
 * @param onWait called once when another process holds it
 */
export async function waitForLock(
  path: string,
  onWait: (holder: ProcessIdentity) => void = () => {},
  signal?: AbortSignal,
): Promise<Lock> {
  let isReported = false;
  for (;;) {
    signal?.throwIfAborted();
    const lock = tryLock(path);
    if (lock) return lock;
    const holder = lockHolder(path);
    if (holder && !isReported) {
      isReported = true;
      onWait(holder);
    }
    await sleep(200);
  }
}

function readHolder(path: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

/** Removes a stale lock. Two waiters may find the same dead holder; the slower one must not remove the lock of the faster one. */
function removeStale(path: string): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const holder = readHolder(aside);
  if (holder && isRunning(holder)) {
    try {
      linkSync(aside, path);
    } catch {
      // Another process acquired it meanwhile; the displaced holder notices on release that the content is not its own.
    }
  }
  rmSync(aside, { force: true });
}

function releaseOwn(path: string, self: ProcessIdentity): void {
  const holder = readHolder(path);
  if (holder?.pid === self.pid && holder.mark === self.mark) rmSync(path, { force: true });
}
