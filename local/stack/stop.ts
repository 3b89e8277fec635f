/** `npm run stop`: stops this checkout's shop from any terminal and waits until it has stopped. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning } from './processes/identity.ts';
import { Profile, SHOP_PROFILE } from './profile.ts';
import { runningStack, withdrawStack } from './stack-file.ts';

/** Longer than the stop timeouts of all servers together. */
const LIMIT_MS = 180_000;

const profile = new Profile(SHOP_PROFILE);
const running = runningStack(profile);
if (running) {
  console.log('Stopping the shop …');
  process.kill(running.supervisor.pid, 'SIGTERM');
  const deadline = Date.now() + LIMIT_MS;
  while (isRunning(running.supervisor) && Date.now() < deadline) await sleep(100);
  if (isRunning(running.supervisor)) {
    console.error(
      `Process ${running.supervisor.pid} did not stop the shop within ${LIMIT_MS / 1000} s. See ${profile.folder}/logs.`,
    );
    process.exitCode = 1;
  } else console.log('Stopped. Data is kept for the next start.');
} else {
  const lock = profile.tryLock();
  const stopped = await profile.records.stopLeftovers((name) =>
    console.log(`Stopping ${name}, left behind by a start that was killed …`),
  );
  withdrawStack(profile);
  lock?.release();
  console.log(stopped > 0 ? 'Stopped. Data is kept for the next start.' : 'Nothing is running.');
}
