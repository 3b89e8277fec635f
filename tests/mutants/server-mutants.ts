/** Applies the mistakes in `mistakes/` one after the other, on servers that stay up, and reports which ones the tests detect. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { textTable } from '../../infra/text-table.ts';
import { CHECKOUT } from '../../local/stack/profile.ts';
import type { ProgressReport } from '../../local/stack/stack.ts';
import { buildWorkflowBundle } from '../../worker/bundle.ts';
import { prepareStorefront, SERVERS_ONLY, startFreshShop, toolsFor } from '../test-shop.ts';
import { findFailures, type Project } from '../vitest-runner.ts';
import { Catchers } from './catchers.ts';
import { CheckoutCopy } from './checkout-copy.ts';
import { FreshData } from './fresh-data.ts';
import { type Mistake, withMistake } from './mistake.ts';
import { MISTAKES } from './mistakes/index.ts';

const PROJECTS: readonly Project[] = ['unit', 'workflows', 'integration'];
const MIN_CAUGHT_PERCENT = 95;
/** Timeout, because a mistake can make a test wait forever. */
const MAX_SECONDS = 600;

export interface ServerMutantOptions {
  /** Only mistakes whose area equals, or whose file or text contains, one of these; all mistakes when empty. */
  only: readonly string[];
  /** Skips the check that the tests pass without a mistake. */
  withoutBaseline: boolean;
  signal: AbortSignal;
  onProgress: ProgressReport;
}

interface Outcome {
  area: string;
  mistake: Mistake;
  /** The test that detected it; undefined when none did. */
  caughtBy: string | undefined;
  seconds: number;
}

/** @returns whether enough mistakes were detected */
export async function runServerMutants(options: ServerMutantOptions): Promise<boolean> {
  const { signal, onProgress } = options;
  const chosen = choose(options.only);
  const folder = join(CHECKOUT, '.local/mutants');
  const copy = new CheckoutCopy(join(folder, 'checkout'));
  try {
    const shop = await startFreshShop('mutants', { ...SERVERS_ONLY, onProgress, signal });
    try {
      const [tools] = await Promise.all([toolsFor(PROJECTS, onProgress, signal), prepareStorefront(signal, copy.root)]);
      const bundle = join(folder, 'workflow-bundle.js');
      writeFileSync(bundle, (await buildWorkflowBundle()).code);
      const environment = { ...shop.environment, MAILBOX_URL: shop.addresses.mailbox, ...tools };
      const fresh = await FreshData.of(shop);
      const runTests = (filters: readonly string[], args: readonly string[], settings: object, untilEnd: AbortSignal) =>
        findFailures(copy.root, PROJECTS, [...filters, ...args], { ...environment, ...settings }, untilEnd);
      if (!options.withoutBaseline) await requireGreen(chosen, (filters) => runTests(filters, [], {}, signal));

      const catchers = new Catchers(join(folder, 'caught-by.json'));
      const outcomes: Outcome[] = [];
      const began = Date.now();
      for (const { area, mistake } of chosen) {
        const position = `${outcomes.length + 1} of ${chosen.length}`;
        console.error(`[${position}${left(outcomes.length, chosen.length, began)}] ${area}: ${mistake.what}`);
        const startedAt = Date.now();
        const caughtBy = await copy.withMistake(mistake, async () => {
          const problem = await restoreData(fresh, copy, mistake);
          if (problem) return problem;
          const untilEnd = AbortSignal.any([signal, AbortSignal.timeout(MAX_SECONDS * 1000)]);
          // One prebuilt bundle serves all mistakes outside of it.
          const bundled = isInBundle(mistake) ? {} : { WORKER_BUNDLE: bundle };
          const settings = { ...bundled, TEST_ORDER: 'quickest', TEST_FIRST: catchers.fileFor(mistake) };
          try {
            return (await runTests(mistake.tests, ['--bail=1'], settings, untilEnd))[0];
          } catch (error) {
            if (signal.aborted || !untilEnd.aborted) throw error;
            return `no result within ${MAX_SECONDS} s`;
          }
        });
        const outcome = { area, mistake, caughtBy, seconds: Math.round((Date.now() - startedAt) / 1000) };
        outcomes.push(outcome);
        catchers.note(mistake, caughtBy);
        console.error(`    ${caughtBy === undefined ? 'NOT CAUGHT' : `caught by ${caughtBy}`} (${outcome.seconds} s)`);
        record(folder, outcomes);
      }
      return report(outcomes);
    } finally {
      await shop.stop();
    }
  } finally {
    copy.remove();
  }
}

/** @throws before anything is started, when a text does not occur in its file */
function choose(only: readonly string[]): { area: string; mistake: Mistake }[] {
  const all = Object.entries(MISTAKES).flatMap(([area, mistakes]) => mistakes.map((mistake) => ({ area, mistake })));
  for (const { mistake } of all) withMistake(readFileSync(join(CHECKOUT, mistake.file), 'utf8'), mistake);
  const chosen = all.filter(
    ({ area, mistake: { file, what } }) =>
      only.length === 0 || only.some((part) => area === part || file.includes(part) || what.includes(part)),
  );
  if (chosen.length === 0) throw new Error(`No mistake matches “${only.join('”, “')}”.`);
  return chosen;
}

/** Ensures that the tests pass without a mistake, because a test that always fails would seem to detect every mistake. */
async function requireGreen(
  chosen: readonly { mistake: Mistake }[],
  run: (filters: readonly string[]) => Promise<string[]>,
): Promise<void> {
  const filters = [...new Set(chosen.flatMap(({ mistake }) => mistake.tests))];
  console.error(`Running the tests of ${filters.join(', ')} without a mistake`);
  const failures = await run(filters);
  if (failures.length > 0) throw new Error(`These tests fail without a mistake:\n${failures.join('\n')}`);
}

/** @returns the error if the tables can't be created with the mistake, which thereby is detected */
async function restoreData(fresh: FreshData, copy: CheckoutCopy, { file }: Mistake): Promise<string | undefined> {
  if (!file.startsWith('infra/postgres/migrations')) {
    await fresh.restore();
    return undefined;
  }
  try {
    await fresh.restore(copy.root);
    return undefined;
  } catch (error) {
    return `the migration: ${error instanceof Error ? error.message.split('\n')[0] : error}`;
  }
}

const isInBundle = ({ file }: Mistake): boolean => file.startsWith('workflows/') || file.startsWith('domain/');

function left(done: number, all: number, began: number): string {
  if (done === 0) return '';
  const minutes = Math.ceil((((Date.now() - began) / done) * (all - done)) / 60_000);
  return `, ${minutes} min left`;
}

/** Saves the outcomes after each mistake, so that an interrupted run keeps its results. */
function record(folder: string, outcomes: readonly Outcome[]): void {
  mkdirSync(folder, { recursive: true });
  const rows = outcomes.map(({ area, mistake: { what, file }, caughtBy, seconds }) => ({
    area,
    what,
    file,
    caught_by: caughtBy ?? null,
    seconds,
  }));
  writeFileSync(join(folder, 'servers.json'), `${JSON.stringify(rows, null, 2)}\n`);
}

function report(outcomes: readonly Outcome[]): boolean {
  const rows = outcomes.map(({ area, mistake, caughtBy, seconds }) => [
    area,
    mistake.what,
    mistake.tests.join(' '),
    caughtBy === undefined ? 'NO' : 'yes',
    String(seconds),
  ]);
  console.log(textTable(['area', 'mistake', 'tests', 'caught', 's'], rows));
  const caught = outcomes.filter(({ caughtBy }) => caughtBy !== undefined).length;
  const percent = (caught / outcomes.length) * 100;
  console.log(
    `\n${caught} of ${outcomes.length} mistakes caught: ${percent.toFixed(1)} % (at least ${MIN_CAUGHT_PERCENT} %)`,
  );
  return percent >= MIN_CAUGHT_PERCENT;
}
