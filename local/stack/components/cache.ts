/** The cache of downloaded components, with a folder per version. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { waitForLock } from '../processes/lock.ts';
import { run } from '../processes/run.ts';
import { barrier, serviceAccount } from '../processes/service-account.ts';
import type { Report } from './report.ts';

/**
 * HOLDFAST_CACHE; otherwise, for root, the machine's cache folder, because servers then run as a user who can't access root's
 * home; otherwise the user's cache folder.
 */
export function cacheRoot(): string {
  if (process.env.HOLDFAST_CACHE) return resolve(process.env.HOLDFAST_CACHE);
  if (serviceAccount()) return '/var/cache/holdfast';
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'holdfast');
}

/** The complete folder of a component; undefined when it is not cached. */
export function cachedFolder(key: string): string | undefined {
  const folder = join(cacheRoot(), key);
  return existsSync(folder) ? folder : undefined;
}

/**
 * Fills a cache folder once: concurrent callers wait for it, and it appears under its name only when complete.
 * @param usable whether an existing folder can be used; otherwise it is replaced
 * @param fill fills the empty folder that it is passed
 */
export async function intoCache(
  key: string,
  usable: (folder: string) => Promise<boolean>,
  fill: (folder: string) => Promise<void>,
  report: Report,
  signal?: AbortSignal,
): Promise<string> {
  const root = cacheRoot();
  mkdirSync(root, { recursive: true, mode: 0o755 });
  requireReachable(root);
  const lock = await waitForLock(
    join(root, `.${key}.lock`),
    (holder) => report(`waiting for process ${holder.pid}, which is downloading the same component`),
    signal,
  );
  try {
    const folder = join(root, key);
    const partial = `.${key}.partial-`;
    for (const entry of readdirSync(root))
      if (entry.startsWith(partial)) rmSync(join(root, entry), { recursive: true, force: true });
    if (existsSync(folder)) {
      if (await usable(folder)) return folder;
      rmSync(folder, { recursive: true });
    }
    const draft = mkdtempSync(join(root, partial));
    try {
      await fill(draft);
      // Other users of the machine may share the cache, including the one that servers run as.
      await run('chmod', ['-R', 'a+rX', draft]);
      renameSync(draft, folder);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
    return folder;
  } finally {
    lock.release();
  }
}

function requireReachable(root: string): void {
  const account = serviceAccount();
  const blocked = account && barrier(root, account);
  if (blocked) {
    throw new Error(
      `user ${account.name}, which runs servers that refuse root, can't access the cache ${root} because ${blocked} is not accessible. Set HOLDFAST_CACHE to another folder.`,
    );
  }
}
