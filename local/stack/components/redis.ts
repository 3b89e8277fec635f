/** Redis (or Valkey): one on PATH, otherwise Debian's package unpacked into the cache, without installing or starting a service. */
import { globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { run } from '../processes/run.ts';
import { aptObstacle, aptUnpack } from './apt.ts';
import { type Component, requireVersion, versionIn } from './component.ts';
import { onPath } from './programs.ts';
import type { Launch, ServerContext, ServerDefinition } from './server.ts';

/** Required for GETDEL, LMOVE, EXAT, and the Lua 5.1 functions that the shop's scripts use. */
const MIN_VERSION = [6, 2];

const component: Component = {
  title: 'Redis',
  setting: 'HOLDFAST_REDIS_BIN',
  cacheKey: 'redis-debian',
  waysToGet: [
    'set HOLDFAST_REDIS_BIN to a redis-server or valkey-server program',
    'install the package redis-server, redis or valkey',
    'set REDIS_URL to an existing server',
    'run docker compose up',
  ],
  inspect: async (path) => {
    const answer = await run(path, ['--version'], { environment: libraryPath(path) });
    if (!/redis|valkey/i.test(answer)) throw new Error(`it is not Redis or Valkey: ${answer.trim().slice(0, 80)}`);
    const version = versionIn(answer);
    requireVersion(version, MIN_VERSION);
    return { path, version: version.text };
  },
  candidates: async () => onPath('redis-server', 'valkey-server'),
  cachedPath: (folder) => join(folder, 'usr/bin/redis-server'),
  obstacle: () => aptObstacle('redis-server'),
  fetch: (folder, report, signal) => aptUnpack('redis-server', folder, report, signal),
};

export const redis: ServerDefinition = {
  name: 'redis',
  title: 'Redis',
  rank: 20,
  externalSetting: 'REDIS_URL',
  ports: [{ name: 'redis', preferred: 16_379 }],
  component: () => component,
  prepare,
  environment: (context) => ({ REDIS_URL: redisUrl(context) }),
};

function redisUrl({ profile, ports }: ServerContext): string {
  return `redis://:${profile.secret('redis_password')}@127.0.0.1:${ports.redis}/0`;
}

async function prepare({ path }: { path: string }, context: ServerContext): Promise<Launch> {
  const folder = context.profile.dataFolder('redis');
  const configuration = join(folder, 'redis.conf');
  const lines = [
    'bind 127.0.0.1',
    `port ${context.ports.redis}`,
    `dir "${folder}"`,
    `requirepass ${context.profile.secret('redis_password')}`,
    'daemonize no',
    // The append-only file is the only copy on disk; a crash loses at most a second, which the shop restores from PostgreSQL.
    'appendonly yes',
    'appendfsync everysec',
    'aof-load-truncated yes',
    'save ""',
    // Stock counters and sessions are not a cache, so Redis must refuse writes rather than evict keys.
    'maxmemory 512mb',
    'maxmemory-policy noeviction',
  ];
  writeFileSync(configuration, `${lines.join('\n')}\n`, { mode: 0o600 });
  return {
    command: path,
    args: [configuration],
    cwd: folder,
    environment: libraryPath(path),
    readyWithinMs: 60_000,
    probe: () => ping(redisUrl(context)),
  };
}

async function ping(url: string): Promise<void> {
  const client = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: 5_000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.ping();
  } finally {
    client.disconnect();
  }
}

/** The library path of an unpacked program, whose libraries are not in their usual place. */
function libraryPath(program: string): Record<string, string> {
  const unpacked = /^(.*)\/usr\/bin\/[^/]+$/.exec(program)?.[1];
  if (!unpacked) return {};
  return { LD_LIBRARY_PATH: globSync([`${unpacked}/usr/lib/*-linux-*`, `${unpacked}/lib/*-linux-*`]).join(':') };
}
