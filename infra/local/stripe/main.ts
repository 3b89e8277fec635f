/** The Stripe stand-in as a program: `node infra/local/stripe/main.ts`, settings as in settings.ts. */
import { startStandin } from './server.ts';
import { readStandinSettings } from './settings.ts';

try {
  const running = await startStandin(readStandinSettings(process.env));
  console.log(JSON.stringify({ msg: 'Stripe stand-in is listening', url: running.url, pid: process.pid }));
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      running.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
    });
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
