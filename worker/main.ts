/** `node worker/main.ts`: one worker process, which serves the queues in TASK_QUEUES. */
import { readSettings, SettingsError } from '../infra/config.ts';
import { observe } from '../infra/observe.ts';
import { connectServices } from '../infra/services.ts';
import { registerMetrics } from './metrics.ts';
import { installRuntime } from './runtime.ts';
import { startWorker } from './worker.ts';

async function main(): Promise<void> {
  const settings = readSettings();
  const services = await connectServices(settings, 'worker');
  installRuntime(services);
  const worker = await startWorker(services);
  registerMetrics(services);
  const observer = await observe(settings.API_HOST, settings.WORKER_METRICS_PORT, worker.ready);
  services.log.info({ taskQueues: settings.TASK_QUEUES }, 'worker started');

  const stop = () => void worker.stop();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  await worker.done.finally(() => worker.stop());
  observer?.close();
  await services.close();
  services.log.info('worker stopped');
}

main().catch((error: unknown) => {
  console.error(error instanceof SettingsError ? error.message : error);
  process.exit(1);
});
