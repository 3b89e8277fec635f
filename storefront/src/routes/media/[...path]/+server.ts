import { unreachable } from '#lib/server/problem.ts';
import { settings } from '#lib/server/shop-settings.ts';
import type { RequestHandler } from './$types';

const PASSED_ON = ['content-type', 'content-length', 'cache-control', 'etag', 'last-modified'] as const;

/** Pictures of products and categories, which the API draws and says how long to keep. */
export const GET: RequestHandler = async ({ locals, params, request }) => {
  const path = params.path.split('/').map(encodeURIComponent).join('/');
  const known = request.headers.get('if-none-match');
  const picture = await fetch(`${settings.apiUrl}/media/${path}`, {
    headers: { 'accept-encoding': 'identity', ...(known ? { 'if-none-match': known } : {}) },
    signal: request.signal,
  }).catch((error: unknown) => {
    throw unreachable(locals.requestId, error);
  });
  if (!picture.ok && picture.status !== 304) {
    await picture.body?.cancel();
    return new Response(null, { status: picture.status, headers: { 'cache-control': 'no-store' } });
  }
  const headers = new Headers({
    // A picture opened by itself is a document: nothing in it may run.
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  });
  for (const name of PASSED_ON) {
    const value = picture.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return new Response(picture.body, { status: picture.status, headers });
};
