/** `npm run doctor`: lists the local stack's components, which of them are installed, and how to get the others. Read-only. */
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { totalmem } from 'node:os';
import { dirname } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { appPorts } from './app-settings.ts';
import { cacheRoot } from './components/cache.ts';
import { chromium } from './components/chromium.ts';
import { type Component, ComponentError, findComponent } from './components/component.ts';
import { installedJavas } from './components/java.ts';
import { onPath } from './components/programs.ts';
import { stripeMock } from './components/stripe-mock.ts';
import { temporalTestServer } from './components/temporal-test-server.ts';
import { isPortFree } from './processes/ports.ts';
import { run } from './processes/run.ts';
import { barrier, serviceAccount } from './processes/service-account.ts';
import { Profile, readJson, SHOP_PROFILE } from './profile.ts';
import { SERVERS } from './stack.ts';
import { runningStack } from './stack-file.ts';

type Mark = '✔' | '·' | '✘';
/** Mark, name, description. `·` means not installed, but downloaded automatically when needed. */
type Row = readonly [Mark, string, string];

const GIGABYTE = 1024 ** 3;
const MIN_DISK_GIGABYTES = 6;
const MIN_MEMORY_GIGABYTES = 4;

const profile = new Profile(SHOP_PROFILE);
const running = runningStack(profile);
const sections: [string, Row[]][] = [
  [
    'Components of the shop',
    await Promise.all(SERVERS.map((server) => componentRow(server.component(profile), server.externalSetting))),
  ],
  [
    'Only for tests',
    await Promise.all([temporalTestServer, stripeMock, chromium].map((component) => componentRow(component))),
  ],
  ['Tools', await toolRows()],
  ['Ports of the shop', await portRows()],
  ['This machine', machineRows()],
];
const width = Math.max(...sections.flatMap(([, rows]) => rows.map(([, name]) => name.length)));
for (const [title, rows] of sections) {
  console.log(`\n${title}`);
  for (const [mark, name, text] of rows) console.log(`  ${mark} ${name.padEnd(width)}  ${text}`);
}
const problems = sections.flatMap(([, rows]) => rows).filter(([mark]) => mark === '✘').length;
console.log(
  problems === 0
    ? '\nEverything that npm start needs is available.'
    : `\n${problems} ${problems === 1 ? 'problem' : 'problems'} to fix.`,
);
process.exitCode = problems === 0 ? 0 : 1;

async function componentRow(component: Component, externalSetting?: string): Promise<Row> {
  const { title } = component;
  if (externalSetting && process.env[externalSetting]) return ['✔', title, `set by ${externalSetting}`];
  try {
    const found = await findComponent(component);
    if (found) {
      const source = { setting: `by ${component.setting}`, machine: 'on this machine', cache: 'in the cache' }[
        found.source
      ];
      return ['✔', title, `${found.version}, ${source}: ${found.path}`];
    }
    const obstacle = component.obstacle();
    if (!obstacle) return ['·', title, 'not installed; downloaded when needed'];
    return ['✘', title, `missing: ${obstacle} To provide it, use one of these: ${component.waysToGet.join('; ')}.`];
  } catch (error) {
    if (error instanceof ComponentError) return ['✘', title, error.message];
    throw error;
  }
}

async function toolRows(): Promise<Row[]> {
  const tool = async (name: string, args: readonly string[], purpose: string): Promise<Row> => {
    const [path] = onPath(name);
    if (!path) return ['·', name, `not on PATH; ${purpose}`];
    const [line = ''] = (await run(path, args).catch(() => 'could not be run')).split('\n');
    return ['✔', name, `${stripVTControlCharacters(line).trim()}: ${path}`];
  };
  const javas = installedJavas().map(({ home, version }) => `${version} in ${home}`);
  return [
    ['✔', 'node', `${process.version}: ${process.execPath}`],
    await tool('npm', ['--version'], 'installs the packages and PostgreSQL'),
    await tool('go', ['version'], 'builds Temporal, its Web UI, and stripe-mock'),
    await tool('mvn', ['--batch-mode', '--version'], 'downloads Elasticsearch and Temporal’s test server'),
    await tool('apt-get', ['--version'], 'installs Redis, InfluxDB, and Chromium'),
    javas.length > 0
      ? ['✔', 'java', javas.join('; ')]
      : ['·', 'java', 'not installed; Elasticsearch requires 21 or later'],
  ];
}

async function portRows(): Promise<Row[]> {
  const remembered = readJson<Record<string, number>>(`${profile.folder}/ports.json`) ?? {};
  const wishes = [...SERVERS.flatMap(({ ports }) => ports), ...appPorts()];
  return Promise.all(
    wishes.map(async ({ name, preferred }): Promise<Row> => {
      const port = remembered[name] ?? preferred!;
      if (await isPortFree(port)) return ['✔', name, `${port}, free`];
      return running
        ? ['✔', name, `${port}, in use while the shop runs`]
        : ['·', name, `${port}, in use; another port will be used`];
    }),
  );
}

function machineRows(): Row[] {
  const account = serviceAccount();
  const closed = account && barrier(profile.checkout, account);
  return [
    running
      ? ['✔', 'shop', running.addresses?.storefront ?? `being started or stopped by process ${running.supervisor.pid}`]
      : ['✔', 'shop', 'not running'],
    diskRow('disk, checkout', profile.checkout),
    diskRow('disk, cache', cacheRoot()),
    memoryRow(),
    account
      ? [
          '✔',
          'user',
          `root; servers that refuse it run as ${account.name}${closed ? `, with their data in /var/lib/holdfast because that user can't access ${closed}` : ''}`,
        ]
      : ['✔', 'user', 'servers run as the current user'],
  ];
}

function diskRow(name: string, path: string): Row {
  let folder = path;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const free = (bavail * bsize) / GIGABYTE;
  return [
    free < MIN_DISK_GIGABYTES ? '✘' : '✔',
    name,
    `${free.toFixed(1)} GB free of the ${MIN_DISK_GIGABYTES} GB that a first start can use: ${path}`,
  ];
}

function memoryRow(): Row {
  const available = availableMemory() / GIGABYTE;
  const text = `${available.toFixed(1)} GB available of ${(totalmem() / GIGABYTE).toFixed(1)} GB; the shop uses about 2 GB`;
  return [available < MIN_MEMORY_GIGABYTES && !running ? '✘' : '✔', 'memory', text];
}

/** Memory available without swapping on Linux; `freemem` counts the file cache as used. */
function availableMemory(): number {
  try {
    const kilobytes = /^MemAvailable:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
    if (kilobytes) return Number(kilobytes) * 1024;
  } catch {
    // Not Linux.
  }
  return process.availableMemory();
}
