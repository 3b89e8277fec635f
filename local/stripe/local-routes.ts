/** Routes in addition to Stripe's API: health, pages for shoppers and staff, operators' routes. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Standin } from './call.ts';
import { serveAuthentication, serveCardForm } from './card-form.ts';
import { sendJson, sendText } from './http.ts';
import { serveOperator } from './operator-routes.ts';
import { receiptPage } from './pages.ts';
import { servePayment } from './payment-desk.ts';

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
  const payment = /^\/local\/payments\/(\w+)$/.exec(path);
  if (payment && (method === 'GET' || method === 'POST')) {
    await servePayment(standin, request, response, payment[1]!);
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
