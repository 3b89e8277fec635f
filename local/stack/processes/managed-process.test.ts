import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isGroupRunning, isRunning } from './identity.ts';
import { ManagedProcess, type ProcessEvent, type ProcessPlan } from './managed-process.ts';
import { ProcessRecords } from './records.ts';

let folder: string;
let records: ProcessRecords;
const started: ManagedProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'managed-'));
  records = new ProcessRecords(join(folder, 'run'));
});
afterEach(async () => {
  for (const managed of started.splice(0)) await managed.kill();
  rmSync(folder, { recursive: true });
});

/** A shell script as a server, which is ready once it has created the file `ready`. */
function managed(
  script: string,
  plan: Partial<ProcessPlan> = {},
  onEvent?: (event: ProcessEvent) => void,
): ManagedProcess {
  const made = new ManagedProcess(
    {
      name: 'server',
      title: 'Server',
      command: 'sh',
      args: ['-c', script],
      cwd: folder,
      environment: { PATH: process.env.PATH },
      logFile: join(folder, 'server.log'),
      probe: async () => readFileSync(join(folder, 'ready')),
      readyWithinMs: 5_000,
      rank: 1,
      ...plan,
    },
    records,
    onEvent,
  );
  started.push(made);
  return made;
}

const SERVE = 'echo started; touch ready; while :; do sleep 0.05; done';

it('waits until the process is ready, and stops it', async () => {
  const server = managed(SERVE);
  await server.start();
  const record = records.all()[0]!;
  expect(record.pid).toBe(server.pid);
  expect(server.isUp).toBe(true);
  await server.stop();
  expect(isGroupRunning(record)).toBe(false);
  expect(records.all()).toEqual([]);
  expect(server.isUp).toBe(false);
});

it('reports the end of the log when a process does not become ready', async () => {
  await expect(managed('echo no room left; exit 3').start()).rejects.toThrow(/exited with code 3.*\n.*no room left/);
  await expect(managed('sleep 30', { readyWithinMs: 200 }).start()).rejects.toThrow('not ready within');
  expect(records.all()).toEqual([]);
});

it('reports a missing program', async () => {
  await expect(managed('', { command: '/no/such/program' }).start()).rejects.toThrow('could not be run');
});

it('kills a process that ignores SIGTERM, including its children', async () => {
  const server = managed(`trap "" TERM; sleep 30 & ${SERVE}`, { stopSteps: [{ signal: 'SIGTERM', waitMs: 200 }] });
  await server.start();
  const record = records.all()[0]!;
  await server.stop();
  await expect.poll(() => isGroupRunning(record)).toBe(false);
});

it('restarts a process that dies, with increasing delays, and reports it', async () => {
  const events: ProcessEvent[] = [];
  const server = managed(SERVE, {}, (event) => events.push(event));
  await server.start();
  const first = server.pid!;
  process.kill(first, 'SIGKILL');
  await expect.poll(() => events.map(({ kind }) => kind), { timeout: 4_000 }).toEqual(['died', 'back']);
  expect(server.pid).not.toBe(first);
  process.kill(server.pid!, 'SIGKILL');
  await expect.poll(() => events.length, { timeout: 4_000 }).toBe(4);
  const delays = events.flatMap((event) => (event.kind === 'died' ? [event.retryInMs] : []));
  expect(delays[1]).toBeGreaterThan(delays[0]!);
});

it('does not restart a process after `kill`', async () => {
  const events: ProcessEvent[] = [];
  const server = managed(SERVE, {}, (event) => events.push(event));
  await server.start();
  await server.kill();
  expect(server.isUp).toBe(false);
  await server.start();
  expect(server.isUp).toBe(true);
  expect(events).toEqual([]);
});

it('lets the next supervisor stop the processes of a killed one in order', async () => {
  const order = join(folder, 'order');
  const start = async (name: string, rank: number) => {
    rmSync(join(folder, 'ready'), { force: true });
    await managed(`trap "echo ${name} >> ${order}; exit" TERM; ${SERVE}`, { name, rank }).start();
  };
  await start('database', 1);
  await start('api', 9);
  const orphans = records.all();
  records.write({ ...orphans[0]!, name: 'recycled', mark: 'another boot:1', rank: 5 });
  writeFileSync(join(folder, 'run/damaged.json'), '{');
  expect(await new ProcessRecords(join(folder, 'run')).stopLeftovers()).toBe(2);
  expect(readFileSync(order, 'utf8')).toBe('api\ndatabase\n');
  expect(orphans.some(isRunning)).toBe(false);
  expect(records.all()).toEqual([]);
});
