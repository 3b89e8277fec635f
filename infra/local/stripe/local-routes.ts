/** What the stand-in serves beside Stripe's API: health, faults, sums for tests and the audit, pages for shoppers. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Standin } from './call.ts';
import { serveAuthentication, serveCardForm } from './card-form.ts';
import { isLoopback, readBody, sendJson, sendText } from './http.ts';
import { receiptPage } from './pages.ts';

/** Operators' routes: from this machine only, and never by a form of some web page. */
async function serveOperator(
  standin: Standin,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<boolean> {
  const route = `${request.method} ${path}`;
  const known = [
    'GET /local/ledger',
    'GET /local/webhooks',
    'GET /local/faults',
    'POST /local/faults',
    'DELETE /local/faults',
  ];
  if (!known.includes(route)) return false;
  if (!isLoopback(request)) {
    sendJson(response, 403, { error: { message: `${path} is served to this machine only.` } });
    return true;
  }
  if (route === 'GET /local/ledger') sendJson(response, 200, standin.store.ledger());
  else if (route === 'GET /local/webhooks') sendJson(response, 200, standin.webhooks.figures());
  else if (route === 'GET /local/faults') sendJson(response, 200, { faults: standin.faults.list() });
  else if (route === 'DELETE /local/faults') {
    standin.faults.clear();
    sendJson(response, 200, { faults: [] });
  } else await addFault(standin, request, response);
  return true;
}

async function addFault(standin: Standin, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!request.headers['content-type']?.startsWith('application/json')) {
    sendJson(response, 415, { error: { message: 'Send the fault as application/json.' } });
    return;
  }
  try {
    const body: unknown = JSON.parse(await readBody(request));
    sendJson(response, 201, standin.faults.add(body));
  } catch (error) {
    if (!(error instanceof z.ZodError) && !(error instanceof SyntaxError)) throw error;
    const message = error instanceof z.ZodError ? z.prettifyError(error) : 'The body is not valid JSON.';
    sendJson(response, 400, { error: { message } });
  }
}

/** @returns whether the path is one of these routes */
export async function serveLocal(
  standin: Standin,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<boolean> {
  const method = request.method ?? 'GET';
  if (method === 'GET' && path === '/health') {
    standin.store.database.prepare('SELECT 1').get();
    sendJson(response, 200, { status: 'ok' });
    return true;
  }
  const cardForm = /^\/local\/payment_intents\/([\w-]+)\/confirm$/.exec(path);
  if (cardForm && method === 'POST') {
    await serveCardForm(standin, request, response, cardForm[1]!);
    return true;
  }
  const authentication = /^\/local\/authenticate\/([\w-]+)\/(\w+)$/.exec(path);
  if (authentication && (method === 'GET' || method === 'POST')) {
    await serveAuthentication(standin, request, response, authentication[1]!, authentication[2]!);
    return true;
  }
  const receipt = /^\/local\/receipts\/([\w-]+)$/.exec(path);
  const charge = receipt && method === 'GET' ? standin.store.charges.get(receipt[1]!) : undefined;
  if (charge) {
    sendText(response, 200, 'text/html; charset=utf-8', receiptPage(charge));
    return true;
  }
  return await serveOperator(standin, request, response, path);
}
