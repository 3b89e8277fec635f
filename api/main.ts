/** `node api/main.ts`: one API process. */
import { readSettings, SettingsError } from '../infra/config.ts';
import { observe } from '../infra/observe.ts';
import { connectServices } from '../infra/services.ts';
import { startApi } from './server.ts';

async function main(): Promise<void> {
  const settings = readSettings();
  const services = await connectServices(settings, 'api', { forWaitingPeople: true });
  const api = await startApi(services);
  const observer = await observe(settings.API_HOST, settings.API_METRICS_PORT, async () => true);
  services.log.info({ url: api.url }, 'API started');

  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await api.stop();
    observer?.close();
    await services.close();
    services.log.info('API stopped');
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((error: unknown) => {
  console.error(error instanceof SettingsError ? error.message : error);
  process.exit(1);
});
