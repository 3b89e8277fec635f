/** The Stripe stand-in as a program: `node local/stripe/main.ts`, settings as in settings.ts. */
import { runServer } from '../stack/processes/run-server.ts';
import { startStandin } from './server.ts';
import { readStandinSettings } from './settings.ts';

await runServer(
  async () => startStandin(readStandinSettings(process.env)),
  ({ url }) => ({ msg: 'Stripe stand-in is listening', url }),
);
