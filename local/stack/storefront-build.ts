/** Builds the storefront when its sources change, each build in a separate folder so that a running one is not disturbed. */
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { waitForLock } from './processes/lock.ts';
import { run } from './processes/run.ts';

/** Inputs of a build; the storefront imports the API's contracts, which import the domain. */
const SOURCES = ['storefront', 'api/contracts', 'domain', 'package-lock.json'];
const NOT_SOURCES = new Set(['node_modules', '.svelte-kit', 'build']);
/** Number of builds to keep, because a shop and a test run may still use an earlier one. */
const BUILDS_KEPT = 4;

/**
 * Returns a storefront built from the current sources, after building it if necessary.
 * @returns path of the program to run with Node
 */
export async function buildStorefront(
  checkout: string,
  report: (message: string, fraction?: number) => void,
  signal?: AbortSignal,
): Promise<string> {
  const builds = join(checkout, '.local/storefront');
  const lock = await waitForLock(join(builds, 'build.lock'), () => report('waiting for another build'), signal);
  try {
    const key = hashSources(checkout);
    const folder = join(builds, key);
    if (!existsSync(folder)) {
      await build(checkout, folder, report, signal);
      removeOldBuilds(builds);
    }
    const now = new Date();
    utimesSync(folder, now, now);
    return join(folder, 'build/index.js');
  } finally {
    lock.release();
  }
}

async function build(
  checkout: string,
  folder: string,
  report: (message: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const storefront = join(checkout, 'storefront');
  let modules = '';
  report('building');
  await run(process.execPath, [join(checkout, 'node_modules/vite/bin/vite.js'), 'build'], {
    cwd: storefront,
    environment: { NODE_ENV: 'production', NO_COLOR: '1' },
    signal,
    onLine: (line) => {
      const count = /(\d+) modules/.exec(line)?.[1];
      if (count) modules = `: ${count} modules`;
      if (count || line.includes('building')) report(`building${modules}`);
    },
  });
  const draft = `${folder}.partial`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  cpSync(join(storefront, 'build'), join(draft, 'build'), { recursive: true });
  cpSync(join(storefront, 'package.json'), join(draft, 'package.json'));
  renameSync(draft, folder);
}

function hashSources(checkout: string): string {
  const hash = createHash('sha256').update(process.version);
  const visit = (path: string): void => {
    const full = join(checkout, path);
    if (!existsSync(full)) return;
    if (statSync(full).isDirectory()) {
      for (const entry of readdirSync(full).sort()) if (!NOT_SOURCES.has(entry)) visit(join(path, entry));
    } else if (!path.endsWith('.test.ts')) {
      hash.update(`\0${path}\0`).update(readFileSync(full));
    }
  };
  for (const source of SOURCES) visit(source);
  return hash.digest('hex').slice(0, 16);
}

function removeOldBuilds(builds: string): void {
  const folders = readdirSync(builds, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => ({ path: join(builds, entry.name), usedAt: statSync(join(builds, entry.name)).mtimeMs }))
    .sort((one, other) => other.usedAt - one.usedAt);
  for (const { path } of folders.slice(BUILDS_KEPT)) rmSync(path, { recursive: true, force: true });
}
