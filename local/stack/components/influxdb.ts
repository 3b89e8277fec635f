/** InfluxDB 1.x: one on PATH, otherwise Debian's package unpacked into the cache, without installing or starting a service. */
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
    // Newer versions need other setup commands and can't read this configuration.
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
    // Turns usage reports off; Debian's build has inverted this setting.
    'reporting-disabled = true',
    'reporting-enabled = false',
    // The backup port, on which it always listens.
    `bind-address = "127.0.0.1:${context.ports.influxdb_rpc}"`,
    '[meta]',
    `dir = "${folder}/meta"`,
    '[data]',
    `dir = "${folder}/data"`,
    `wal-dir = "${folder}/wal"`,
    'query-log-enabled = false',
    // An unbounded tag would be a bug, which should be rejected rather than use up memory.
    'max-series-per-database = 100000',
    '[monitor]',
    'store-enabled = false',
    '[http]',
    // No authentication, because only this machine can reach it.
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
    // Set because it otherwise needs its user's home folder, which a service user may lack.
    environment: { HOME: folder },
    readyWithinMs: 60_000,
    probe: () => httpProbe(`${address(context)}/ping`),
  };
}
