/** HTTP helpers for all routes. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { decodeForm, decodeJson, type FormObject } from './form.ts';

const MAX_BODY_BYTES = 256 * 1024;

export class BodyTooLarge extends Error {
  override name = 'BodyTooLarge';
}

/** @throws BodyTooLarge */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw new BodyTooLarge(`The body is larger than ${MAX_BODY_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0]!.toString('utf8') : Buffer.concat(chunks).toString('utf8');
}

/** @throws FormError */
export function decodeBody(contentType: string | undefined, body: string): FormObject {
  return contentType?.startsWith('application/json') ? decodeJson(body) : decodeForm(body);
}

export function sendText(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    ...headers,
  });
  response.end(body);
}

/** @param formTarget an additional origin to which the page's forms may redirect */
export function sendPage(
  response: ServerResponse,
  status: number,
  html: string,
  formTarget = '',
  referrerPolicy = 'no-referrer',
): void {
  sendText(response, status, 'text/html; charset=utf-8', html, {
    'Content-Security-Policy': `default-src 'none'; style-src 'unsafe-inline'; form-action 'self' ${formTarget}; frame-ancestors 'none'`,
    'Referrer-Policy': referrerPolicy,
  });
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  sendText(response, status, 'application/json', JSON.stringify(value));
}

export function redirect(response: ServerResponse, location: string): void {
  response.writeHead(303, { Location: location, 'Content-Length': 0, 'Cache-Control': 'no-store' });
  response.end();
}

function isLoopbackAddress(address: string): boolean {
  return address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}

/**
 * Whether the client is on this machine and uses a host name that can only refer to it. Accepting any name would allow DNS rebinding: a
 * web page whose foreign name resolves to 127.0.0.1 would count as a page of this server.
 */
export function isLoopback(request: IncomingMessage): boolean {
  const peer = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const name = URL.parse(`http://${request.headers.host}`)?.hostname.replaceAll(/[[\]]/g, '') ?? '';
  return isLoopbackAddress(peer) && (name === 'localhost' || isLoopbackAddress(name));
}

/** Whether a form comes from a page of this server, according to headers that pages can't forge. */
export function isFromOwnPage(request: IncomingMessage): boolean {
  const { host, origin } = request.headers;
  const site = request.headers['sec-fetch-site'] ?? 'same-origin';
  return site === 'same-origin' && origin !== undefined && URL.parse(origin)?.host === host;
}
