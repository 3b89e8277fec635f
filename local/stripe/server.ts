/** The server: connects the parts, listens, and shuts down gracefully. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Api, answerPreflight } from './api.ts';
import type { Standin } from './call.ts';
import { settlePayment } from './confirm.ts';
import { decideDispute, disputeLater, expireDispute } from './disputes.ts';
import { EventLog } from './events.ts';
import { Faults } from './faults.ts';
import { sendJson } from './http.ts';
import { IdempotencyKeys } from './idempotency.ts';
import { serveLocal } from './local-routes.ts';
import { type OutcomeKind, Outcomes } from './outcomes.ts';
import { settleRefund } from './refunds.ts';
import type { StandinSettings } from './settings.ts';
import { Store } from './store.ts';
import { WebhookSender } from './webhooks.ts';

export interface RunningStandin {
  url: string;
  /** Finishes requests in progress, then closes the database. */
  stop: () => Promise<void>;
}

const STOP_WITHIN_MS = 2000;

const APPLY: Record<OutcomeKind, (standin: Standin, objectId: string) => void> = {
  settle_payment: settlePayment,
  refund_succeeded: (standin, id) => settleRefund(standin, id, 'succeeded'),
  refund_failed: (standin, id) => settleRefund(standin, id, 'failed'),
  dispute_opened: disputeLater,
  dispute_won: (standin, id) => decideDispute(standin, id, 'won'),
  dispute_lost: (standin, id) => decideDispute(standin, id, 'lost'),
  dispute_unanswered: expireDispute,
};

/** @throws Error when the port is in use or the data folder is unusable */
export async function startStandin(settings: StandinSettings): Promise<RunningStandin> {
  const store = new Store(settings.dataDir);
  const faults = new Faults();
  const webhooks = new WebhookSender(settings, store, faults);
  const events = new EventLog(store, webhooks, settings);
  const outcomes = new Outcomes(store);
  const keys = new IdempotencyKeys(store, settings.secretKey);
  const standin: Standin = { settings, store, events, webhooks, outcomes, faults, publicUrl: '' };
  const api = new Api(standin, keys);

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    if (url.pathname.startsWith('/v1/')) {
      if (request.method === 'OPTIONS') answerPreflight(response);
      else await api.serve(request, response, url);
    } else if (!(await serveLocal(standin, request, response, url.pathname))) {
      sendJson(response, 404, { error: { message: `No such endpoint: ${url.pathname}.` } });
    }
  };
  const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (request.destroyed && !request.complete) return;
      console.error(error);
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { error: { type: 'api_error', message: 'An unknown error occurred.' } });
    });
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, settings.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  const url = `http://${host}:${port}`;
  standin.publicUrl = settings.publicUrl ?? url;
  outcomes.start((kind, objectId) => APPLY[kind](standin, objectId));
  webhooks.start();

  const stop = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const impatient = setTimeout(() => server.closeAllConnections(), STOP_WITHIN_MS);
    await closed;
    clearTimeout(impatient);
    outcomes.stop();
    keys.stop();
    webhooks.stop();
    store.close();
  };
  return { url, stop };
}
