/** A small HTTP server on its own port for operators: `/metrics` for Prometheus, `/ready` and `/health` for the orchestrator. */
import { createServer, type Server } from 'node:http';
import { collectDefaultMetrics, register } from 'prom-client';

let collecting = false;

/** @param ready whether the process can do its work @returns undefined when the port is 0 (turned off) */
export async function observe(host: string, port: number, ready: () => Promise<boolean>): Promise<Server | undefined> {
  if (port === 0) return undefined;
  if (!collecting) {
    collecting = true;
    collectDefaultMetrics();
  }
  const server = createServer(async (request, response) => {
    if (request.url === '/metrics') {
      response.setHeader('content-type', register.contentType);
      response.end(await register.metrics());
    } else if (request.url === '/health') {
      response.end('ok');
    } else if (request.url === '/ready') {
      const isReady = await ready().catch(() => false);
      response.statusCode = isReady ? 200 : 503;
      response.end(isReady ? 'ready' : 'not ready');
    } else {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return server;
}
