import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodeFor } from './page-encoding.ts';

const TEXT = 'A page about lanterns. '.repeat(100);

const asked = (headers: Record<string, string> = {}, method = 'GET') =>
  new Request('http://shop.test/', { method, headers });
const answered = (headers: Record<string, string>, body: string = TEXT) => new Response(body, { headers });
const page = (nonce: string, text = TEXT) =>
  answered(
    {
      'content-type': 'text/html',
      'cache-control': 'private, no-cache',
      'content-security-policy': `script-src 'self' 'nonce-${nonce}'`,
    },
    `<script nonce="${nonce}"></script>${text}`,
  );

describe('compression', () => {
  it.each([
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['*', 'br'],
    ['identity', null],
    ['', null],
  ])('of a browser that accepts “%s” is %s', async (accepted, encoding) => {
    const response = await encodeFor(asked({ 'accept-encoding': accepted }), answered({ 'content-type': 'text/html' }));
    expect(response.headers.get('content-encoding')).toBe(encoding);
    expect(response.headers.get('vary')).toContain('accept-encoding');
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(response.headers.get('content-length')).toBe(String(bytes.length));
    const text = encoding === 'br' ? brotliDecompressSync(bytes) : encoding === 'gzip' ? gunzipSync(bytes) : bytes;
    expect(text.toString()).toBe(TEXT);
  });

  it.each([
    ['a short text', { 'content-type': 'text/html' }, 'short'],
    ['a photo', { 'content-type': 'image/jpeg' }, TEXT],
    ['an event stream', { 'content-type': 'text/event-stream' }, TEXT],
    ['a compressed file', { 'content-type': 'text/css', 'content-encoding': 'zstd' }, TEXT],
  ])('leaves %s as it is', async (_, headers, body) => {
    const response = await encodeFor(
      asked({ 'accept-encoding': 'br' }),
      answered(headers as Record<string, string>, body),
    );
    expect(response.headers.get('content-encoding')).toBe(
      (headers as Record<string, string>)['content-encoding'] ?? null,
    );
    expect(await response.text()).toBe(body);
  });

  it.each(['application/json', 'image/svg+xml', 'text/plain'])('includes %s', async (type) => {
    const response = await encodeFor(asked({ 'accept-encoding': 'br' }), answered({ 'content-type': type }));
    expect(response.headers.get('content-encoding')).toBe('br');
  });
});

describe('a page that the browser has', () => {
  it('is answered with 304, whatever its nonce, and without a policy that names another nonce', async () => {
    const first = await encodeFor(asked(), page('one'));
    const etag = first.headers.get('etag')!;
    const again = await encodeFor(asked({ 'if-none-match': etag }), page('two'));
    expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, '']);
    expect(again.headers.get('content-security-policy')).toBeNull();
    const changed = await encodeFor(asked({ 'if-none-match': etag }), page('three', 'Another page.'));
    expect([changed.status, changed.headers.get('content-security-policy')]).toEqual([
      200,
      "script-src 'self' 'nonce-three'",
    ]);
  });

  it('has no ETag if browsers must not keep it', async () => {
    const own = answered({ 'content-type': 'text/html', 'cache-control': 'private, no-store' });
    expect((await encodeFor(asked(), own)).headers.get('etag')).toBeNull();
  });
});
