/** The mailbox's HTTP routes: pages for people, JSON for tests and tools. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { listPage, MAIL_POLICY, mailDocument, messagePage, missingPage, PAGE_POLICY, VIEWS } from './pages.ts';
import { MAX_MESSAGES, type MailStore } from './store.ts';

const ON_A_PAGE = 50;
const HTML = 'text/html; charset=utf-8';

export function serve(store: MailStore, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://mailbox');
  const { pathname, searchParams: query } = url;
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  if (method === 'DELETE' && pathname === '/api/messages') {
    sendJson(response, 200, { deleted: store.clear() });
    return;
  }
  if (method !== 'GET') {
    sendJson(response, 405, { error: { message: `${method} is not served at ${pathname}.` } });
    return;
  }
  if (pathname === '/') serveList(store, query, response);
  else if (pathname === '/health') sendJson(response, 200, { status: 'ok', messages: store.count() });
  else if (pathname === '/api/messages') {
    const to = query.get('to') || undefined;
    sendJson(response, 200, { messages: store.list({ to, limit: limitOf(query) }), total: store.count(to) });
  } else serveMessage(store, pathname, query, response);
}

function serveList(store: MailStore, query: URLSearchParams, response: ServerResponse): void {
  const to = query.get('to')?.trim() ?? '';
  const before = idOf(query.get('before') ?? '');
  const found = store.list({ to: to || undefined, before, limit: ON_A_PAGE + 1 });
  const messages = found.slice(0, ON_A_PAGE);
  const total = store.count(to || undefined);
  const html = listPage({ messages, total, to, hasOlder: found.length > ON_A_PAGE });
  send(response, 200, HTML, html, PAGE_POLICY);
}

function serveMessage(store: MailStore, pathname: string, query: URLSearchParams, response: ServerResponse): void {
  const [, api, id = '', html] = /^(\/api)?\/messages\/(\d+)(\/html)?$/.exec(pathname) ?? [];
  const number = idOf(id);
  const message = number === undefined ? undefined : store.get(number);
  if (!message || (html && (api || message.html === null))) {
    if (api) sendJson(response, 404, { error: { message: `Email ${id} was not found.` } });
    else send(response, 404, HTML, missingPage(), PAGE_POLICY);
  } else if (api) sendJson(response, 200, message);
  else if (html) send(response, 200, HTML, mailDocument(message.html!), MAIL_POLICY);
  else {
    const first = message.html === null ? 'text' : 'html';
    const asked = VIEWS.find((name) => name === query.get('view')) ?? first;
    const view = asked === 'html' ? first : asked;
    const source = view === 'source' ? Buffer.from(store.source(message.id)!).toString('utf8') : '';
    send(response, 200, HTML, messagePage(message, view, source), PAGE_POLICY);
  }
}

function idOf(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function limitOf(query: URLSearchParams): number {
  const limit = Number.parseInt(query.get('limit') ?? '', 10);
  return Number.isNaN(limit) ? ON_A_PAGE : Math.min(Math.max(limit, 1), MAX_MESSAGES);
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, 'application/json', JSON.stringify(value), "default-src 'none'");
}

function send(response: ServerResponse, status: number, contentType: string, body: string, policy: string): void {
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    'Content-Security-Policy': policy,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
  });
  response.end(body);
}
