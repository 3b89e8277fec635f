/** Connections: none stays open for a request that never ends, and none is reused while a body is unread. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestShop, type TestShop } from './support/shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false, API_REQUEST_MS: 1_000 });
});
afterAll(() => shop?.stop());

async function open(): Promise<Socket> {
  const { hostname, port } = new URL(shop.api.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Sends bytes and reads until the server closes the connection. */
async function exchange(parts: (string | Buffer)[]): Promise<string> {
  const socket = await open();
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  for (const part of parts) socket.write(part);
  await Promise.race([once(socket, 'close'), delay(5_000)]);
  const isOpen = !socket.destroyed;
  socket.destroy();
  return isOpen ? 'still open' : Buffer.concat(chunks).toString();
}

const GZIP_GARBAGE = Buffer.alloc(300_000, 7);

describe('a response that is sent before the body was read', () => {
  it.each([
    ['a compressed body that is not valid', '/api/auth/login', { 'Content-Encoding': 'gzip' }, GZIP_GARBAGE],
    ['a body that is too large', '/api/auth/login', {}, Buffer.alloc(2_000_000, 32)],
    ['a webhook that is too large', '/api/webhooks/stripe', {}, Buffer.alloc(3_000_000, 32)],
  ])('closes the connection after %s', async (_, path, headers, body) => {
    const head = Object.entries({
      Host: 'shop',
      'Content-Type': 'application/json',
      // The client promises more than it sends, as one that waits for the response does.
      'Content-Length': String(body.length + 1_000_000),
      ...headers,
    }).map(([name, value]) => `${name}: ${value}`);
    const received = await exchange([`POST ${path} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n`, body]);
    expect(received).toMatch(/^HTTP\/1\.1 400 /);
    expect(received).toMatch(/^Connection: close\r$/im);
  });

  it('keeps the connection after a body that was read', async () => {
    const body = '{"email":"a"}';
    const request = `POST /api/auth/login HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const received = await exchange([request, request.replace('Host: shop', 'Host: shop\r\nConnection: close')]);
    expect(received.match(/HTTP\/1\.1 400 /g)).toHaveLength(2);
  });
});

describe('a request that Node refuses', () => {
  it.each([
    ['headers that are too long', `GET /api/search?q=${'a'.repeat(2_000_000)} HTTP/1.1\r\nHost: shop\r\n\r\n`, 431],
    ['a malformed request', 'GET / HTTP/9\r\n\r\n', 400],
  ])('is answered with a problem that the client can read: %s', async (_, bytes, status) => {
    const [head = '', body = ''] = (await exchange([bytes])).split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${status} `);
    expect(head).toContain('Content-Type: application/problem+json');
    expect(JSON.parse(body)).toMatchObject({ status, code: 'invalid_request' });
  });
});

describe('a client that never finishes its request', () => {
  const START = 'POST /api/auth/login HTTP/1.1\r\nHost: shop\r\n';

  it.each([
    ['headers', START],
    ['body', `${START}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{`],
    ['chunked body', `${START}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"ema`],
    ['webhook', 'POST /api/webhooks/stripe HTTP/1.1\r\nHost: shop\r\nContent-Length: 100\r\n\r\n{'],
  ])('is disconnected while it sends the %s', async (_, bytes) => {
    expect(await exchange([bytes])).toMatch(/^HTTP\/1\.1 408 /);
  });
});
