/**
 * `npm test [-- [--times N] FILTERS AND OPTIONS OF VITEST]`: starts the servers that the selected tests need, on separate ports and data so
 * that a running shop is not disturbed; runs the tests; prints the counts as its last line. Integration tests run on separate servers in
 * parallel with the others because both mostly wait. `--times N` runs the tests N times on the same servers, in random order after the first.
 */
import { join } from 'node:path';
import { plainProgress } from '../infra/plain-progress.ts';
import { RunError, run } from '../local/stack/processes/run.ts';
import type { RunningShop } from '../local/stack/shop.ts';
import { stopRequest } from '../local/stack/stop-request.ts';
import { REPLAY_PROGRESS } from './support/replay-progress.ts';
import { prepareStorefront, SERVERS_ONLY, startFreshShop, toolsFor, WITHOUT_LIMITS } from './test-shop.ts';
import { type Project, projectsWithFiles, runVitest } from './vitest-runner.ts';

/** The browser tests wait for a reservation to expire, and their one browser sends more requests than the rate limits allow. */
const SHOP_SETTINGS = {
  ...WITHOUT_LIMITS,
  RESERVATION_SECONDS: '30',
  RESERVATION_GRACE_SECONDS: '5',
  RATE_LIMIT_ENABLED: 'false',
};

const { times, args } = readArguments(process.argv.slice(2));
const stop = stopRequest();
const report = plainProgress((line) => console.error(line));
const total = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];
let output: 'terminal' | 'lines' = 'terminal';

try {
  const projects = await projectsWithFiles(args);
  if (projects.size === 0) throw new Error(`No test file matches: ${args.join(' ')}`);
  const near = (['unit', 'workflows'] as const).filter((project) => projects.has(project));
  const hasOthers = near.length > 0 || projects.has('e2e');
  if (projects.has('integration') && hasOthers) output = 'lines';
  await Promise.all([
    projects.has('integration') ? counted(testWithServers()) : undefined,
    (async () => {
      if (near.length > 0) await counted(testWithoutServers(near));
      if (projects.has('e2e')) await counted(testWithShop());
    })(),
  ]);
} catch (error) {
  fail(error);
}
// Repeated at the end, because the output can have thousands of lines.
if (failures.length > 0) console.log(`\nFailed:\n${failures.map((failure) => `  ${failure}`).join('\n')}\n`);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 || stop.signal.aborted ? 1 : 0;

/** Runs the tests that need no servers of the shop. */
async function testWithoutServers(projects: readonly Project[]): Promise<void> {
  if (projects.includes('unit')) await prepareStorefront(stop.signal);
  await runTests(projects, await toolsFor(projects, report, stop.signal));
}

async function testWithServers(): Promise<void> {
  const tools = quietly(toolsFor(['integration'], report, stop.signal));
  const shop = await startFreshShop('test', { ...SERVERS_ONLY, onProgress: report, signal: stop.signal });
  try {
    await runTests(['integration'], { ...shop.environment, MAILBOX_URL: shop.addresses.mailbox, ...(await tools) });
    await checkAfterwards(shop);
  } finally {
    await shop.stop();
  }
}

async function testWithShop(): Promise<void> {
  if (stop.signal.aborted) return;
  const tools = quietly(toolsFor(['e2e'], report, stop.signal));
  const shop = await startFreshShop('test', { settings: SHOP_SETTINGS, onProgress: report, signal: stop.signal });
  try {
    const { api, mailbox } = shop.addresses;
    const addresses = { STACK_FILE: shop.servers.profile.stackFile, API_URL: api, MAILBOX_URL: mailbox };
    await runTests(['e2e'], { ...shop.environment, ...addresses, ...(await tools) });
    await checkAfterwards(shop);
  } finally {
    await shop.stop();
  }
}

async function runTests(
  projects: readonly Project[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  for (let time = 1; time <= times && !stop.signal.aborted; time += 1) {
    const order = time > 1 ? ['--sequence.shuffle.files'] : [];
    const counts = await runVitest(projects, [...args, ...order], environment, { signal: stop.signal, output });
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
    failures.push(...counts.failures);
    if (times > 1)
      console.log(`\n${projects.join(', ')}, ${time} of ${times}: ${counts.passed} passed, ${counts.failed} failed\n`);
  }
}

/**
 * After all tests, PostgreSQL, Redis, and Stripe must agree (`npm run audit`), and every workflow that ran must replay. Each check counts
 * as one more test.
 */
async function checkAfterwards(shop: RunningShop): Promise<void> {
  await checkByProgram(shop, 'worker/audit.ts', 'audit');
  await checkByProgram(shop, 'tests/replay-histories.ts', 'replay');
}

async function checkByProgram(shop: RunningShop, program: string, name: string): Promise<void> {
  if (stop.signal.aborted) return;
  const { checkout } = shop.servers.profile;
  // A failing check may name a thousand workflows, so every line is kept.
  const lines: string[] = [];
  try {
    const output = await run(process.execPath, [join(checkout, program)], {
      cwd: checkout,
      environment: shop.environment,
      onLine: (line) => (line.startsWith(REPLAY_PROGRESS) ? console.error(line) : lines.push(line)),
    });
    console.log(`\n${name} passed\n${output.trim()}`);
    total.passed += 1;
  } catch (error) {
    console.error(`\n${name} failed\n${error instanceof RunError ? lines.join('\n') : error}`);
    count(`${name}\n    ${lines.slice(0, 20).join('\n    ')}`);
  }
}

/** Keeps a rejection from ending this process until the promise is awaited. */
function quietly<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** Counts an error in one part of the run as a failure, without ending the other parts. */
async function counted(part: Promise<void>): Promise<void> {
  await part.catch(fail);
}

function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  console.error(message);
  count(message);
}

function count(failure: string): void {
  total.failed += 1;
  failures.push(failure);
}

function readArguments(all: readonly string[]): { times: number; args: string[] } {
  const at = all.indexOf('--times');
  if (at < 0) return { times: 1, args: [...all] };
  const times = Number(all[at + 1]);
  if (!Number.isInteger(times) || times < 1 || times > 100) {
    console.error('--times takes a number from 1 to 100: npm test -- --times 10 [FILTER]');
    process.exit(2);
  }
  return { times, args: all.toSpliced(at, 2) };
}
