import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Services } from '../infra/services.ts';
import { createApp } from './app.ts';
import { AccessTokens } from './middleware/access-tokens.ts';
import { OrderListener } from './orders/order-listener.ts';
import { Recommender } from './recommendations/recommender.ts';
import { respondToRefusedRequests } from './refused-requests.ts';

export interface RunningApi {
  /** http://host:port */
  url: string;
  stop(): Promise<void>;
}

/** Time for requests in progress to finish when the process stops. */
const DRAIN_MS = 10_000;

/** Time for a client to send a request's headers. */
const HEADERS_MS = 10_000;
const TIMEOUT_CHECK_MS = 2_000;

export async function startApi(services: Services): Promise<RunningApi> {
  const { settings, log } = services;
  const orderListener = new OrderListener(settings.POSTGRES_URL, log);
  await orderListener.start();
  const recommender = new Recommender(services);
  const tokens = new AccessTokens(settings);
  recommender.start();
  const app = createApp({ ...services, orderListener, recommender, tokens });
  const requestTimeout = settings.API_REQUEST_MS;
  const timeouts = {
    requestTimeout,
    headersTimeout: Math.min(HEADERS_MS, requestTimeout),
    connectionsCheckingInterval: Math.min(TIMEOUT_CHECK_MS, requestTimeout),
  };
  const server = createServer(timeouts, app.callback());
  respondToRefusedRequests(server);
  // Longer than proxies keep idle connections, so that they never send a request on a connection that was just closed.
  server.keepAliveTimeout = 65_000;
  await listen(server, settings.API_PORT, settings.API_HOST);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${settings.API_HOST}:${port}`,
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const drained = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
      await Promise.all([orderListener.stop(), recommender.stop()]);
      await closed;
      clearTimeout(drained);
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}
