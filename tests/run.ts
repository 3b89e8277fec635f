/**
 * `npm test [-- FILTERS AND OPTIONS OF VITEST]`: starts what the chosen tests need, on ports and data of its own, so that a
 * running shop is not disturbed; runs them; prints the counts as its last line.
 */
import { join } from 'node:path';
import { obtainChromium } from '../infra/local/components/chromium.ts';
import { type Component, obtainComponent } from '../infra/local/components/component.ts';
import { findJava } from '../infra/local/components/java.ts';
import { stripeMock } from '../infra/local/components/stripe-mock.ts';
import { temporal } from '../infra/local/components/temporal.ts';
import { temporalTestServer } from '../infra/local/components/temporal-test-server.ts';
import { plainProgress } from '../infra/local/plain-progress.ts';
import { RunError, run } from '../infra/local/processes/run.ts';
import { CHECKOUT, Profile } from '../infra/local/profile.ts';
import { type RunningShop, type StartShopOptions, startShop } from '../infra/local/shop.ts';
import { ProfileBusyError } from '../infra/local/stack.ts';
import { stopRequest } from '../infra/local/stop-request.ts';
import { REPLAY_PROGRESS } from './support/replay-progress.ts';
import { type Project, projectsWithFiles, runVitest, type TestCounts } from './vitest-runner.ts';

/** Runs at the same time in one checkout; each has servers of its own. */
const MOST_RUNS = 6;
/** All shoppers of the tests together reserve more than one address may. */
const WITHOUT_LIMITS = {
  RESERVATION_MAX_UNITS_PER_GUEST: '5000',
  RESERVATION_MAX_OPEN_PER_ADDRESS: '100000',
  RESERVATION_MAX_UNITS_PER_ADDRESS: '1000000',
};
/** The browser tests wait for a hold to end, and one browser asks more often than the limits for shoppers allow. */
const SHOP_SETTINGS = {
  ...WITHOUT_LIMITS,
  HOLD_SECONDS: '30',
  HOLD_GRACE_SECONDS: '5',
  RATE_LIMIT_ENABLED: 'false',
};

/** Tests leave holds behind, whose time must not be over before the audit looks: no run takes two hours. */
const SERVER_SETTINGS = { ...WITHOUT_LIMITS, HOLD_SECONDS: '7200' };

const args = process.argv.slice(2);
const stop = stopRequest();
const report = plainProgress((line) => console.error(line));
const total = { passed: 0, failed: 0, skipped: 0 };

try {
  const projects = await projectsWithFiles(args);
  const nearby = (['unit', 'workflows', 'integration'] as const).filter((project) => projects.has(project));
  if (nearby.length > 0) await testWithServers(nearby);
  if (projects.has('e2e') && !stop.signal.aborted) await testWithShop();
  if (projects.size === 0) throw new Error(`No test file matches: ${args.join(' ')}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  total.failed += 1;
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 || stop.signal.aborted ? 1 : 0;

async function testWithServers(projects: readonly Project[]): Promise<void> {
  if (projects.includes('unit')) await prepareStorefront();
  const needsServers = projects.includes('integration');
  const tools = quietly(toolsFor(projects));
  const shop = needsServers
    ? await startTestShop({ parts: ['stripe', 'mailbox'], seed: null, settings: SERVER_SETTINGS })
    : undefined;
  try {
    const addresses = { MAILBOX_URL: shop?.addresses.mailbox };
    add(await runVitest(projects, args, { ...shop?.environment, ...addresses, ...(await tools) }, stop.signal));
    if (shop) await checkAfterwards(shop);
  } finally {
    await shop?.stop();
  }
}

async function testWithShop(): Promise<void> {
  const tools = quietly(toolsFor(['e2e']));
  const shop = await startTestShop({ settings: SHOP_SETTINGS });
  try {
    const addresses = { STACK_FILE: shop.servers.profile.stackFile, API_URL: shop.addresses.api };
    add(await runVitest(['e2e'], args, { ...shop.environment, ...addresses, ...(await tools) }, stop.signal));
    await checkAfterwards(shop);
  } finally {
    await shop.stop();
  }
}

/** The storefront's tests are compiled by settings that SvelteKit generates: a clean checkout has none yet. */
async function prepareStorefront(): Promise<void> {
  const program = join(CHECKOUT, 'node_modules/@sveltejs/kit/svelte-kit.js');
  await run(process.execPath, [program, 'sync'], { cwd: join(CHECKOUT, 'storefront'), signal: stop.signal });
}

/**
 * After all of it the books of PostgreSQL, Redis and Stripe must agree (`npm run audit`), and every workflow that ran must
 * replay: each counted as one more test.
 */
async function checkAfterwards(shop: RunningShop): Promise<void> {
  await checkByProgram(shop, 'worker/audit.ts', 'audit');
  await checkByProgram(shop, 'tests/replay-histories.ts', 'replay');
}

async function checkByProgram(shop: RunningShop, program: string, name: string): Promise<void> {
  if (stop.signal.aborted) return;
  const { checkout } = shop.servers.profile;
  // A failing check may name a thousand workflows: every line of it is kept.
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
    total.failed += 1;
  }
}

/** Another run of the tests in this checkout may be under way: the next free profile serves as well. */
async function startTestShop(options: Omit<StartShopOptions, 'profile'>): Promise<RunningShop> {
  for (let number = 1; ; number += 1) {
    const profile = number === 1 ? 'test' : `test-${number}`;
    try {
      return await startShop({ ...options, profile, fresh: true, onProgress: report, signal: stop.signal });
    } catch (error) {
      if (!(error instanceof ProfileBusyError) || number === MOST_RUNS) throw error;
    }
  }
}

/** Programs that tests start themselves, as environment variables with their paths. */
async function toolsFor(projects: readonly Project[]): Promise<Record<string, string | undefined>> {
  const path = async (component: Component) => {
    const tell = (message: string, fraction?: number) => report(component.title, message, { fraction });
    return (await obtainComponent(component, tell, stop.signal)).path;
  };
  const needs = (...names: Project[]) => names.some((name) => projects.includes(name));
  const [testServer, cli, mock, browser] = await Promise.all([
    needs('workflows') ? path(temporalTestServer) : undefined,
    needs('workflows', 'integration') ? path(temporal.component(new Profile('test'))) : undefined,
    needs('integration') ? path(stripeMock) : undefined,
    needs('e2e')
      ? obtainChromium((message, fraction) => report('Chromium', message, { fraction }), stop.signal).then(
          (found) => found.path,
        )
      : undefined,
  ]);
  return {
    TEMPORAL_TEST_SERVER: testServer,
    JAVA_HOME: testServer ? findJava(11, false)?.home : process.env.JAVA_HOME,
    TEMPORAL_CLI: cli,
    STRIPE_MOCK_BIN: mock,
    CHROMIUM_BIN: browser,
  };
}

/** Awaited later: until then a failure must not end this process. */
function quietly<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

function add(counts: TestCounts): void {
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}
