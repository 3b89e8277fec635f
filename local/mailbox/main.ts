/** Entry point of the local mailbox: `node local/mailbox/main.ts`, with the settings in settings.ts. */
import { runServer } from '../stack/processes/run-server.ts';
import { startMailbox } from './server.ts';
import { readMailboxSettings } from './settings.ts';

await runServer(
  async () => startMailbox(readMailboxSettings(process.env)),
  ({ url, smtpUrl }) => ({ msg: 'mailbox is listening', url, smtpUrl }),
);
