/** The servers for tests, and the programs that tests start themselves. */
import { join } from 'node:path';
import { obtainChromium } from '../local/stack/components/chromium.ts';
import { type Component, obtainComponent } from '../local/stack/components/component.ts';
import { findJava } from '../local/stack/components/java.ts';
import { schemathesis } from '../local/stack/components/schemathesis.ts';
import { stripeMock } from '../local/stack/components/stripe-mock.ts';
import { temporal } from '../local/stack/components/temporal.ts';
import { temporalTestServer } from '../local/stack/components/temporal-test-server.ts';
import { run } from '../local/stack/processes/run.ts';
import { CHECKOUT, Profile } from '../local/stack/profile.ts';
import { type RunningShop, type StartShopOptions, startShop } from '../local/stack/shop.ts';
import { ProfileBusyError, type ProgressReport } from '../local/stack/stack.ts';
import type { Project } from './vitest-runner.ts';

/** Maximum number of concurrent test runs in one checkout; each has its own servers. */
const MAX_RUNS = 6;

/** Lifts the limits because the tests' shoppers together reserve more than one address may. */
export const WITHOUT_LIMITS = {
  RESERVATION_MAX_UNITS_PER_GUEST: '5000',
  RESERVATION_MAX_OPEN_PER_ADDRESS: '100000',
  RESERVATION_MAX_UNITS_PER_ADDRESS: '1000000',
};

/** Tests leave reservations that must not expire before the audit; no run takes two hours. */
const SERVER_SETTINGS = { ...WITHOUT_LIMITS, RESERVATION_SECONDS: '7200' };

/** Only the servers, for integration tests, whose API and worker run in the test's own process. */
export const SERVERS_ONLY = {
  parts: ['stripe', 'mailbox'],
  seed: null,
  settings: SERVER_SETTINGS,
} as const satisfies Partial<StartShopOptions>;

/**
 * Starts servers with fresh data. If another test run in this checkout uses the profile, the next free one is used.
 * @param name prefix of the profile's name
 */
export async function startFreshShop(
  name: string,
  options: Omit<StartShopOptions, 'profile' | 'fresh'>,
): Promise<RunningShop> {
  for (let number = 1; ; number += 1) {
    const profile = number === 1 ? name : `${name}-${number}`;
    try {
      return await startShop({ ...options, profile, fresh: true });
    } catch (error) {
      if (!(error instanceof ProfileBusyError) || number === MAX_RUNS) throw error;
    }
  }
}

/** Generates SvelteKit's settings, which compiling the storefront's tests requires and a clean checkout lacks. */
export async function prepareStorefront(signal: AbortSignal, checkout: string = CHECKOUT): Promise<void> {
  const program = join(CHECKOUT, 'node_modules/@sveltejs/kit/svelte-kit.js');
  await run(process.execPath, [program, 'sync'], { cwd: join(checkout, 'storefront'), signal });
}

/** Environment variables with the paths of the programs that tests start themselves. */
export async function toolsFor(
  projects: readonly Project[],
  report: ProgressReport,
  signal: AbortSignal,
): Promise<Record<string, string | undefined>> {
  const path = async (component: Component) => {
    const onProgress = (message: string, fraction?: number) => report(component.title, message, { fraction });
    return (await obtainComponent(component, onProgress, signal)).path;
  };
  const needs = (...names: Project[]) => names.some((name) => projects.includes(name));
  const [testServer, cli, mock, fuzzer, browser] = await Promise.all([
    needs('workflows') ? path(temporalTestServer) : undefined,
    needs('workflows', 'integration') ? path(temporal.component(new Profile('test'))) : undefined,
    needs('integration') ? path(stripeMock) : undefined,
    needs('integration') ? path(schemathesis) : undefined,
    needs('e2e')
      ? obtainChromium((message, fraction) => report('Chromium', message, { fraction }), signal).then(
          (found) => found.path,
        )
      : undefined,
  ]);
  return {
    TEMPORAL_TEST_SERVER: testServer,
    JAVA_HOME: testServer ? findJava(11, false)?.home : process.env.JAVA_HOME,
    TEMPORAL_CLI: cli,
    STRIPE_MOCK_BIN: mock,
    SCHEMATHESIS_BIN: fuzzer,
    CHROMIUM_BIN: browser,
  };
}
