/** Entry point of the Stripe stand-in: `node local/stripe/main.ts`, with the settings in settings.ts. */
import { runServer } from '../stack/processes/run-server.ts';
import { startStandin } from './server.ts';
import { readStandinSettings } from './settings.ts';

await runServer(
  async () => startStandin(readStandinSettings(process.env)),
  ({ url }) => ({ msg: 'Stripe stand-in is listening', url }),
);
