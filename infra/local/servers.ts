/** `npm run servers`: only the real servers of the shop, in the foreground, for working on the app's processes by hand. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { plainProgress } from './plain-progress.ts';
import { startServers } from './stack.ts';
import { stopRequest } from './stop-request.ts';

const profileName = process.env.HOLDFAST_PROFILE || 'shop';
const stop = stopRequest();
try {
  const servers = await startServers({
    profile: profileName,
    signal: stop.signal,
    onProgress: plainProgress(console.log),
    onEvent: (event) =>
      console.log(event.kind === 'died' ? `${event.name} ${event.reason}; starting it again` : `${event.name} is back`),
  });
  try {
    const lines = Object.entries(servers.environment).map(([name, value]) => `${name}=${value}`);
    const file = join(servers.profile.folder, 'servers.env');
    writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
    console.log(`\n${lines.join('\n')}\n\nThese are in ${file} too (node --env-file=…). Ctrl-C stops the servers.`);
    await stop.requested;
    console.log('Stopping …');
  } finally {
    await servers.stop();
  }
} catch (error) {
  if (!stop.signal.aborted) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
