import { settings } from '#lib/server/shop-settings.ts';
import type { RequestHandler } from './$types';

const PASSED_ON = ['content-type', 'content-length', 'etag', 'last-modified'] as const;

/** Pictures of products and categories, which the API keeps. A picture may be redrawn, so it is looked at again after a week. */
export const GET: RequestHandler = async ({ params, request }) => {
  const path = params.path.split('/').map(encodeURIComponent).join('/');
  const known = request.headers.get('if-none-match');
  const picture = await fetch(`${settings.apiUrl}/media/${path}`, {
    headers: { 'accept-encoding': 'identity', ...(known ? { 'if-none-match': known } : {}) },
    signal: request.signal,
  });
  const headers = new Headers();
  for (const name of PASSED_ON) {
    const value = picture.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  const found = picture.ok || picture.status === 304;
  headers.set('cache-control', found ? 'public, max-age=604800, stale-while-revalidate=2592000' : 'no-store');
  // A picture opened by itself is a document: nothing in it may run.
  headers.set('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox");
  if (!found) await picture.body?.cancel();
  return new Response(found ? picture.body : null, { status: picture.status, headers });
};
