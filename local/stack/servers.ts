/**
 * `npm run servers`: runs everything that the app's processes need (servers, tables, Stripe stand-in, mailbox) in the foreground, so that
 * you can start those processes manually. Their settings are written to `.local/servers.env`.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { plainProgress } from '../../infra/plain-progress.ts';
import { SHOP_PROFILE } from './profile.ts';
import { startShop } from './shop.ts';
import { stopRequest } from './stop-request.ts';

const stop = stopRequest();
try {
  const shop = await startShop({
    profile: process.env.HOLDFAST_PROFILE || SHOP_PROFILE,
    parts: ['stripe', 'mailbox'],
    seed: null,
    signal: stop.signal,
    onProgress: plainProgress(console.log),
    onEvent: (event) =>
      console.log(event.kind === 'died' ? `${event.title} ${event.reason}; restarting it` : `${event.title} is back`),
  });
  try {
    const file = join(shop.servers.profile.folder, 'servers.env');
    const settings = Object.entries(shop.environment).filter(([name]) => process.env[name] === undefined);
    const lines = settings.map(([name, value]) => `${name}=${value}`).join('\n');
    writeFileSync(file, `${lines}\n`, { mode: 0o600 });
    console.log(
      `\n${lines}\n\nThese settings are also in ${file} (node --env-file=…). Press Ctrl-C to stop the servers.`,
    );
    await stop.requested;
    console.log('Stopping …');
  } finally {
    await shop.stop();
  }
} catch (error) {
  if (!stop.signal.aborted) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
