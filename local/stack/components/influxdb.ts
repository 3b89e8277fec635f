/** InfluxDB 1.x: one on PATH, else Debian's package unpacked into the cache, with no service installed or started. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../processes/run.ts';
import { aptObstacle, aptUnpack } from './apt.ts';
import { type Component, requireVersion, versionIn } from './component.ts';
import { onPath } from './programs.ts';
import { httpProbe, type Launch, type ServerContext, type ServerDefinition } from './server.ts';

const component: Component = {
  title: 'InfluxDB',
  setting: 'HOLDFAST_INFLUXDB_BIN',
  cacheKey: 'influxdb-debian',
  waysToGet: [
    'set HOLDFAST_INFLUXDB_BIN to an influxd program of version 1',
    'install the package influxdb',
    'set INFLUXDB_URL to an existing server',
    'run docker compose up',
  ],
  inspect: async (path) => {
    const version = versionIn(await run(path, ['version']));
    requireVersion(version, [1, 5]);
    // A newer one is set up by other commands, and reads no configuration such as ours.
    if (version.parts[0] !== 1) throw new Error(`it is version ${version.text}, but 1.x is required.`);
    return { path, version: version.text };
  },
  candidates: async () => onPath('influxd'),
  cachedPath: (folder) => join(folder, 'usr/bin/influxd'),
  obstacle: () => aptObstacle('influxdb'),
  fetch: (folder, report, signal) => aptUnpack('influxdb', folder, report, signal),
};

export const influxdb: ServerDefinition = {
  name: 'influxdb',
  title: 'InfluxDB',
  rank: 25,
  externalSetting: 'INFLUXDB_URL',
  ports: [
    { name: 'influxdb', preferred: 18_086 },
    { name: 'influxdb_rpc', preferred: 18_088 },
  ],
  component: () => component,
  prepare,
  environment: (context) => ({ INFLUXDB_URL: address(context) }),
};

function address({ ports }: ServerContext): string {
  return `http://127.0.0.1:${ports.influxdb}`;
}

async function prepare({ path }: { path: string }, context: ServerContext): Promise<Launch> {
  const folder = context.profile.dataFolder('influxdb');
  for (const part of ['meta', 'data', 'wal']) mkdirSync(join(folder, part), { recursive: true, mode: 0o700 });
  const configuration = join(folder, 'influxdb.conf');
  const lines = [
    // Nothing is reported to its makers; Debian's build has turned the setting around.
    'reporting-disabled = true',
    'reporting-enabled = false',
    // The backup port; it listens even where nobody asks it.
    `bind-address = "127.0.0.1:${context.ports.influxdb_rpc}"`,
    '[meta]',
    `dir = "${folder}/meta"`,
    '[data]',
    `dir = "${folder}/data"`,
    `wal-dir = "${folder}/wal"`,
    'query-log-enabled = false',
    // A tag without bound is a mistake of ours: better refused than paid for in memory.
    'max-series-per-database = 100000',
    '[monitor]',
    'store-enabled = false',
    '[http]',
    // Nobody but this machine reaches it, so it asks nobody who they are.
    `bind-address = "127.0.0.1:${context.ports.influxdb}"`,
    'auth-enabled = false',
    'log-enabled = false',
    '[logging]',
    'level = "warn"',
    'suppress-logo = true',
  ];
  writeFileSync(configuration, `${lines.join('\n')}\n`, { mode: 0o600 });
  return {
    command: path,
    args: ['run', '-config', configuration],
    cwd: folder,
    // Otherwise it looks for a home of its user, which a service may lack.
    environment: { HOME: folder },
    readyWithinMs: 60_000,
    probe: () => httpProbe(`${address(context)}/ping`),
  };
}
