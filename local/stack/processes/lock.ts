/** A lock file between processes that is freed by its holder's death: whoever waits checks that the holder still lives. */
import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, isRunning, type ProcessIdentity } from './identity.ts';

export interface Lock {
  release(): void;
}

/** The living holder of a lock, or undefined when it is free. */
export function lockHolder(path: string): ProcessIdentity | undefined {
  const holder = readHolder(path);
  return holder && isRunning(holder) ? holder : undefined;
}

/** Takes the lock for this process, or answers undefined when another living process (or this one) has it. */
export function tryLock(path: string): Lock | undefined {
  mkdirSync(dirname(path), { recursive: true });
  const self = identify(process.pid);
  if (!self) throw new Error('This process can’t be identified because neither /proc nor ps shows its start time.');
  // Linking a finished file makes the lock appear with its content at once: no reader ever sees it empty.
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
 * @param onWait called once when someone else has it
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

/** Two waiters may find the same dead holder: the slower one must not throw away the lock that the faster one took. */
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
      // Someone took it meanwhile; the displaced holder finds out on release, as the content is not its own.
    }
  }
  rmSync(aside, { force: true });
}

function releaseOwn(path: string, self: ProcessIdentity): void {
  const holder = readHolder(path);
  if (holder?.pid === self.pid && holder.mark === self.mark) rmSync(path, { force: true });
}
