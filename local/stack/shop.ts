/** The complete shop of a profile: the servers, the tables, a catalog, the Stripe stand-in, the mailbox, and the app's processes. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '../../infra/postgres/database.ts';
import { connectPostgres } from '../../infra/postgres/orm.ts';
import { requireKnownMigrations } from '../../infra/postgres/unknown-migrations.ts';
import { type AppSettings, appPorts, appSettings } from './app-settings.ts';
import { httpProbe, type ServerName } from './components/server.ts';
import { ManagedProcess } from './processes/managed-process.ts';
import { run } from './processes/run.ts';
import { beginServers, type ProgressReport, type StartingServers, type StartServersOptions } from './stack.ts';
import { publishStack, type StackAddresses, stackAddresses, withdrawStack } from './stack-file.ts';
import { buildStorefront } from './storefront-build.ts';

export const APP_NAMES = ['stripe', 'mailbox', 'worker', 'api', 'storefront'] as const;
export type AppName = (typeof APP_NAMES)[number];

export interface StartShopOptions extends Omit<StartServersOptions, 'components'> {
  /** The app's processes to start; default: all. The servers and the tables are always set up. */
  readonly parts?: readonly AppName[];
  /** Settings for the app's processes that override the defaults, such as a short RESERVATION_SECONDS. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Arguments of the seed, which runs when the catalog is empty; null skips it. */
  readonly seed?: readonly string[] | null;
}

export interface RunningShop {
  readonly servers: StartingServers;
  /** Settings of the app's processes, named as in `infra/config.ts`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly addresses: StackAddresses;
  /** A process of the shop, to kill or restart it; undefined if it was not started here. */
  process(name: ServerName | AppName): ManagedProcess | undefined;
  /** Stops the shop, from the storefront to the databases. */
  stop(): Promise<void>;
}

interface Work {
  readonly servers: StartingServers;
  readonly app: AppSettings;
  readonly options: StartShopOptions;
  readonly onProgress: ProgressReport;
  readonly signal: AbortSignal;
}

/**
 * Enough young generation for the allocations of requests in progress, so that they are not promoted to the old generation: with the
 * default of a few megabytes, every other response waited for a garbage collection. The old generation grows by half at a time, not by all
 * free memory of the machine.
 */
const API_FLAGS = ['--min-semi-space-size=32', '--max-semi-space-size=32', '--heap-growing-percent=50'];

/** The ranks are above those of the servers, which are stopped last. */
const APPS: Readonly<Record<AppName, { title: string; rank: number }>> = {
  stripe: { title: 'Stripe stand-in', rank: 60 },
  mailbox: { title: 'Mailbox', rank: 61 },
  worker: { title: 'Worker', rank: 70 },
  api: { title: 'API', rank: 80 },
  storefront: { title: 'Storefront', rank: 90 },
};

/**
 * Starts a shop and waits until it is ready; independent parts are downloaded, built, and started concurrently.
 * @throws like `beginServers`; UnknownMigrationsError for data of another build; or with the end of the log of a failed process.
 *   Nothing keeps running then.
 */
export async function startShop(options: StartShopOptions): Promise<RunningShop> {
  const { parts = APP_NAMES, onProgress = () => {} } = options;
  const breakOff = new AbortController();
  const signal = AbortSignal.any([breakOff.signal, ...(options.signal ? [options.signal] : [])]);
  const servers = await beginServers({ ...options, morePorts: appPorts(), signal });
  const { profile } = servers;
  const processes = new Map<AppName, ManagedProcess>();
  let steps: readonly Promise<unknown>[] = [];
  const stop = async () => {
    withdrawStack(profile);
    breakOff.abort(new Error('stopped'));
    const inOrder = [...processes.values()].sort((one, other) => other.plan.rank - one.plan.rank);
    for (const managed of inOrder) await managed.stop();
    await Promise.allSettled(steps);
    await servers.stop();
  };
  try {
    withdrawStack(profile);
    const app = appSettings(profile, servers.environment, servers.ports, options.settings);
    const started = parts.filter((part) => environmentOf(app, part) !== undefined);
    const addresses = stackAddresses(app, started);
    steps = beginSteps({ servers, app, options, onProgress, signal }, started, processes);
    await Promise.all(steps);
    publishStack(profile, addresses, app.environment);
    return {
      servers,
      environment: app.environment,
      addresses,
      process: (name) => processes.get(name as AppName) ?? servers.process(name as ServerName),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts all steps at once, each of which waits for its dependencies. */
function beginSteps(
  work: Work,
  parts: readonly AppName[],
  processes: Map<AppName, ManagedProcess>,
): Promise<unknown>[] {
  const { servers, onProgress, signal } = work;
  const begin = async (name: AppName, program: string) => {
    signal.throwIfAborted();
    const managed = appProcess(work, name, program);
    processes.set(name, managed);
    onProgress(APPS[name].title, 'starting');
    await managed.start();
    onProgress(APPS[name].title, addressOf(work.app, name), { done: true });
  };
  const inCheckout = (path: string) => join(servers.profile.checkout, path);
  const when = (name: AppName, start: () => Promise<unknown>) => (parts.includes(name) ? start() : Promise.resolve());

  const migrated = servers.ready('postgres').then(() => migrate(work));
  const stocked = migrated.then(() => stockCatalog(work));
  const stripe = when('stripe', () => begin('stripe', inCheckout('local/stripe/main.ts')));
  const mailbox = when('mailbox', () => begin('mailbox', inCheckout('local/mailbox/main.ts')));
  // Elasticsearch is the slowest to start; the processes wait for it themselves while they load their own code.
  const foundation = Promise.all([
    stocked,
    stripe,
    servers.ready('postgres', 'redis', 'temporal'),
    servers.obtained('elasticsearch'),
  ]);
  const worker = when('worker', async () => {
    await foundation;
    await begin('worker', inCheckout('worker/main.ts'));
    await untilIndexed(work);
  });
  const api = when('api', () => foundation.then(() => begin('api', inCheckout('api/main.ts'))));
  const storefront = when('storefront', async () => {
    const title = APPS.storefront.title;
    const [program] = await Promise.all([
      buildStorefront(servers.profile.checkout, (message) => onProgress(title, message), signal),
      api,
    ]);
    await begin('storefront', program);
  });
  return [servers.ready(), foundation, mailbox, worker, api, storefront];
}

function appProcess({ servers: { profile }, app, options }: Work, name: AppName, program: string): ManagedProcess {
  return new ManagedProcess(
    {
      name,
      ...APPS[name],
      command: process.execPath,
      args: [...(name === 'api' ? API_FLAGS : []), program],
      cwd: profile.checkout,
      environment: environmentOf(app, name)!,
      logFile: profile.logFile(name),
      // The API and the worker become ready after Elasticsearch, which may take two minutes.
      readyWithinMs: 180_000,
      probe: () => httpProbe(probeAddress(app, name)),
    },
    profile.records,
    options.onEvent,
  );
}

/** The settings of a process; undefined for a process that this shop does not need. */
function environmentOf(app: AppSettings, name: AppName): Readonly<Record<string, string | undefined>> | undefined {
  if (name === 'stripe') return app.standIn;
  if (name === 'mailbox') return app.mailbox;
  return name === 'storefront' ? app.storefront : app.environment;
}

function addressOf({ urls }: AppSettings, name: AppName): string {
  return {
    stripe: urls.stripe ?? '',
    mailbox: urls.mailbox ?? '',
    worker: `metrics at ${urls.workerMetrics}`,
    api: urls.api,
    storefront: urls.storefront,
  }[name];
}

function probeAddress({ urls }: AppSettings, name: AppName): string {
  const addresses = {
    stripe: `${urls.stripe}/health`,
    mailbox: `${urls.mailbox}/health`,
    worker: new URL('/ready', urls.workerMetrics).href,
    api: `${urls.api}/api/ready`,
    storefront: `${urls.storefront}/`,
  };
  return addresses[name];
}

async function migrate({ servers: { profile }, app, onProgress, signal }: Work): Promise<void> {
  onProgress('Tables', 'migrating');
  await requireKnownMigrations(app.environment.POSTGRES_URL!);
  const output = await runProgram(profile.checkout, 'infra/postgres/migrate.ts', [], app, signal);
  onProgress('Tables', output.trim().split('\n').at(-1) || 'migrated', { done: true });
}

async function stockCatalog({ servers: { profile }, app, options, onProgress, signal }: Work): Promise<void> {
  const { seed = [] } = options;
  if (seed === null) return;
  const before = await inDatabase(app, countProducts);
  if (before === 0) {
    onProgress('Catalog', 'creating products');
    const onLine = (line: string) => onProgress('Catalog', line.trim());
    await runProgram(profile.checkout, 'local/demo-catalog/seed.ts', seed, app, signal, onLine);
  }
  onProgress('Catalog', `${before || (await inDatabase(app, countProducts))} products`, { done: true });
}

function runProgram(
  checkout: string,
  program: string,
  args: readonly string[],
  { environment }: AppSettings,
  signal: AbortSignal,
  onLine?: (line: string) => void,
): Promise<string> {
  return run(process.execPath, [join(checkout, program), ...args], { cwd: checkout, environment, signal, onLine });
}

/** Waits until the worker has indexed every product, because search does not work before. */
function untilIndexed({ app, onProgress, signal }: Work): Promise<void> {
  return inDatabase(app, async (sql) => {
    const title = 'Search index';
    const deadline = Date.now() + 120_000;
    const all = await countWaiting(sql);
    for (let left = all; left > 0; left = await countWaiting(sql)) {
      if (Date.now() > deadline) {
        onProgress(title, `${left} products left to index, in the background`, { done: true });
        return;
      }
      onProgress(title, `${all - left} of ${all} products`, { fraction: (all - left) / all });
      await sleep(250, undefined, { signal });
    }
    onProgress(title, 'up to date with the catalog', { done: true });
  });
}

async function countProducts(sql: Sql): Promise<number> {
  const row = await sql.row(
    sql.query.selectFrom('products').select((product) => product.fn.countAll<number>().as('count')),
  );
  return row?.count ?? 0;
}

/** Number of changed products that the worker has not indexed yet. */
async function countWaiting(sql: Sql): Promise<number> {
  const row = await sql.row(
    sql.query
      .selectFrom('outbox')
      .select((message) => message.fn.countAll<number>().as('count'))
      .where('topic', '=', 'product.changed'),
  );
  return row?.count ?? 0;
}

async function inDatabase<Result>({ environment }: AppSettings, work: (sql: Sql) => Promise<Result>): Promise<Result> {
  const { db, close } = await connectPostgres({ POSTGRES_URL: environment.POSTGRES_URL!, POSTGRES_POOL_MAX: 1 });
  try {
    return await work(db);
  } finally {
    await close();
  }
}
