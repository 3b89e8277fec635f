/** The stack's guarantees on real servers, in a separate profile: written data survives any kind of shutdown. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, expect, it } from 'vitest';
import { isGroupRunning } from './processes/identity.ts';
import type { ProcessEvent } from './processes/managed-process.ts';
import { Profile } from './profile.ts';
import { ProfileBusyError, type RunningServers, startServers } from './stack.ts';

const NAME = `stack-test-${process.pid}`;
const COMPONENTS = ['postgres', 'redis'] as const;
const profile = new Profile(NAME);
const open: RunningServers[] = [];
let supervisor: ChildProcess | undefined;

async function start(fresh = false, onEvent?: (event: ProcessEvent) => void): Promise<RunningServers> {
  const servers = await startServers({ profile: NAME, components: COMPONENTS, fresh, onEvent });
  open.push(servers);
  return servers;
}

async function inPostgres<Row extends pg.QueryResultRow>(servers: RunningServers, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: servers.environment.POSTGRES_URL });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

afterAll(async () => {
  supervisor?.kill('SIGKILL');
  for (const servers of open) await servers.stop();
  await profile.records.stopLeftovers();
  profile.wipeData();
  rmSync(profile.folder, { recursive: true, force: true });
});

it('starts servers that keep their data and ports', async () => {
  const first = await start(true);
  await inPostgres(first, 'create table kept (value int); insert into kept values (7)');
  const redis = new Redis(first.environment.REDIS_URL!);
  await redis.set('kept', '7');
  redis.disconnect();
  expect(statSync(`${profile.folder}/secrets.json`).mode & 0o777).toBe(0o600);
  await expect(start()).rejects.toThrow(ProfileBusyError);
  await first.stop();

  const second = await start();
  expect(second.environment).toEqual(first.environment);
  expect(await inPostgres(second, 'select value from kept')).toEqual([{ value: 7 }]);
  const again = new Redis(second.environment.REDIS_URL!);
  expect(await again.get('kept')).toBe('7');
  again.disconnect();
  expect(await second.createDatabase('another')).toContain('/another');
  await second.createDatabase('another');
  await second.stop();
});

it('restarts a crashed server with its data', async () => {
  const events: ProcessEvent[] = [];
  const servers = await start(false, (event) => events.push(event));
  await inPostgres(servers, 'insert into kept values (8)');
  process.kill(servers.process('postgres')!.pid!, 'SIGKILL');
  await expect.poll(() => events.map(({ kind }) => kind), { timeout: 20_000 }).toEqual(['died', 'back']);
  expect(await inPostgres(servers, 'select sum(value)::int as sum from kept')).toEqual([{ sum: 15 }]);
  await servers.stop();
});

it('cleans up after a killed supervisor, and continues with its data', async () => {
  const script = `
    import { startServers } from ${JSON.stringify(new URL('./stack.ts', import.meta.url).href)};
    await startServers({ profile: '${NAME}', components: ${JSON.stringify(COMPONENTS)} });
    console.log('up');`;
  supervisor = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(createInterface({ input: supervisor.stdout! }), 'line');
  await expect(start()).rejects.toThrow(ProfileBusyError);
  const orphans = profile.records.all();
  expect(orphans).toHaveLength(2);
  supervisor.kill('SIGKILL');
  await once(supervisor, 'exit');
  expect(orphans.every(isGroupRunning)).toBe(true);

  const servers = await start();
  expect(orphans.some(isGroupRunning)).toBe(false);
  expect(await inPostgres(servers, 'select count(*)::int as count from kept')).toEqual([{ count: 2 }]);
  await servers.stop();
  expect(profile.records.all()).toEqual([]);
  expect(existsSync(profile.lockFile)).toBe(false);
});

it('deletes data on request, but never that of the shop', async () => {
  const servers = await start(true);
  await expect(inPostgres(servers, 'select * from kept')).rejects.toThrow('does not exist');
  await servers.stop();
  expect(() => new Profile('shop').wipeData()).toThrow('npm start -- --reset');
});
