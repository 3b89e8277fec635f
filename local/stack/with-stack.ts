/**
 * Runs a program with the settings of this checkout's shop: `with-stack.ts PROGRAM [ARGUMENTS]`. If no shop is running, its
 * servers and the Stripe stand-in are started temporarily.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { plainProgress } from '../../infra/plain-progress.ts';
import { CHECKOUT, Profile, SHOP_PROFILE } from './profile.ts';
import { startShop } from './shop.ts';
import { runningStack } from './stack-file.ts';
import { stopRequest } from './stop-request.ts';

const [program, ...args] = process.argv.slice(2);
if (!program) throw new Error('Usage: with-stack.ts PROGRAM [ARGUMENTS]');
const stop = stopRequest();
try {
  process.exitCode = await withStack((settings) => runToEnd(join(CHECKOUT, program), args, settings));
} catch (error) {
  if (!stop.signal.aborted) console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function withStack<T>(use: (settings: Readonly<Record<string, string>>) => Promise<T>): Promise<T> {
  const running = runningStack(new Profile(SHOP_PROFILE));
  if (running?.settings) return use(running.settings);
  if (running) throw new Error('The shop of this checkout is starting or stopping. Try again in a moment.');
  const shop = await startShop({
    profile: SHOP_PROFILE,
    parts: ['stripe'],
    seed: null,
    signal: stop.signal,
    onProgress: plainProgress((line) => console.error(line)),
  });
  try {
    return await use(shop.environment);
  } finally {
    await shop.stop();
  }
}

function runToEnd(
  path: string,
  programArgs: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path, ...programArgs], {
      stdio: 'inherit',
      env: { ...settings, ...process.env },
      // A separate process group, so that a signal to this group reaches the program only once, from here.
      detached: true,
    });
    stop.requested.then((signal) => child.kill(signal));
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ? 128 + constants.signals[signal] : (code ?? 1)));
  });
}
