/** The mailbox server: receives emails on one port, shows them on another, and shuts down gracefully. */
import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { sendJson, serve } from './routes.ts';
import type { MailboxSettings } from './settings.ts';
import { createSmtpServer, STOP_WITHIN_MS } from './smtp.ts';
import { MailStore } from './store.ts';

export interface RunningMailbox {
  /** URL of its page. */
  url: string;
  smtpUrl: string;
  /** Finishes emails and requests in progress, then closes the database. */
  stop: () => Promise<void>;
}

/** @throws Error when a port is in use or the data folder is unusable */
export async function startMailbox({ host, port, smtpPort, dataDir }: MailboxSettings): Promise<RunningMailbox> {
  const store = new MailStore(dataDir);
  const smtp = createSmtpServer(store);
  const http = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    try {
      serve(store, request, response);
    } catch (error) {
      console.error(error);
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { error: { message: 'The mailbox failed. See its log for the cause.' } });
    }
  });
  // A client that disconnects in the middle of an email ends only its own connection.
  smtp.on('error', (error: Error) => console.error(error.message));
  // SMTP starts first, so that emails can be sent once the page is up.
  const smtpAddress = await listening(smtp.server, () => smtp.listen(smtpPort, host));
  const httpAddress = await listening(http, () => http.listen(port, host));
  const name = host.includes(':') ? `[${host}]` : host;
  const stop = async (): Promise<void> => {
    const impatient = setTimeout(() => http.closeAllConnections(), STOP_WITHIN_MS);
    const closed = [
      new Promise<void>((resolve) => smtp.close(() => resolve())),
      new Promise<void>((resolve) => http.close(() => resolve())),
    ];
    http.closeIdleConnections();
    await Promise.all(closed);
    clearTimeout(impatient);
    store.close();
  };
  return { url: `http://${name}:${httpAddress.port}`, smtpUrl: `smtp://${name}:${smtpAddress.port}`, stop };
}

async function listening(server: Server, listen: () => void): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    listen();
  });
  return server.address() as AddressInfo;
}
