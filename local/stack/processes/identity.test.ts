import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { identify, isGroupRunning, isRunning } from './identity.ts';

it('distinguishes a process from another one with the same PID', () => {
  const self = identify(process.pid)!;
  expect(self.pid).toBe(process.pid);
  expect(isRunning(self)).toBe(true);
  expect(isRunning({ pid: process.pid, mark: 'another boot:1' })).toBe(false);
});

it('returns nothing for a process that has ended', async () => {
  const child = spawn('true');
  await once(child, 'exit');
  expect(identify(child.pid!)).toBeUndefined();
});

it('counts a group as running while a child outlives its leader', async () => {
  // Job control is off in scripts, so `sleep` stays in its leader's group.
  const leader = spawn('sh', ['-c', 'sleep 30 & echo started; read line'], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await once(leader.stdout, 'data');
  const identity = identify(leader.pid!)!;
  leader.kill('SIGKILL');
  await once(leader, 'exit');
  expect(isRunning(identity)).toBe(false);
  expect(isGroupRunning(identity)).toBe(true);
  process.kill(-identity.pid, 'SIGKILL');
  await expect.poll(() => isGroupRunning(identity)).toBe(false);
});

it('ignores a group whose ID was recycled by another leader', () => {
  expect(isGroupRunning({ pid: process.pid, mark: identify(process.pid)!.mark.replace(/\d+$/, '1') })).toBe(false);
});
