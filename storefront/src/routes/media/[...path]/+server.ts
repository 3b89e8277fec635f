import { imagePath } from '#lib/server/image-path.ts';
import { unreachable } from '#lib/server/problem.ts';
import { settings } from '#lib/server/shop-settings.ts';
import type { RequestHandler } from './$types';

const FORWARDED_HEADERS = ['content-type', 'content-length', 'cache-control', 'etag', 'last-modified'] as const;

/** Images of products and categories; the API renders them and sets their cache headers. */
export const GET: RequestHandler = async ({ locals, url, request }) => {
  const path = imagePath(url.pathname);
  if (path === undefined) return new Response(null, { status: 404, headers: { 'cache-control': 'no-store' } });
  const etag = request.headers.get('if-none-match');
  const image = await fetch(`${settings.apiUrl}/media/${path}`, {
    headers: { 'accept-encoding': 'identity', ...(etag ? { 'if-none-match': etag } : {}) },
    signal: request.signal,
  }).catch((error: unknown) => {
    throw unreachable(locals.requestId, error);
  });
  if (!image.ok && image.status !== 304) {
    await image.body?.cancel();
    return new Response(null, { status: image.status, headers: { 'cache-control': 'no-store' } });
  }
  const headers = new Headers({
    // An image opened directly is a document, so nothing in it may run.
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  });
  for (const name of FORWARDED_HEADERS) {
    const value = image.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return new Response(image.body, { status: image.status, headers });
};
