/** The local mailbox as a program: `node infra/local/mailbox/main.ts`, settings as in settings.ts. */
import { startMailbox } from './server.ts';
import { readMailboxSettings } from './settings.ts';

try {
  const running = await startMailbox(readMailboxSettings(process.env));
  const { url, smtpUrl } = running;
  console.log(JSON.stringify({ msg: 'mailbox is listening', url, smtpUrl, pid: process.pid }));
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
