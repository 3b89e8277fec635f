import type { RequestHandler } from './$types';

/** Proxies the order's event stream, since only this server has credentials for the API. */
export const GET: RequestHandler = async ({ locals, params, request }) => {
  const lastEventId = request.headers.get('last-event-id');
  const upstream = await locals.api.stream(`/orders/${encodeURIComponent(params.id)}/events`, {
    headers: { accept: 'text/event-stream', ...(lastEventId ? { 'last-event-id': lastEventId } : {}) },
    signal: request.signal,
  });
  return new Response(upstream.body, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'private, no-store' },
  });
};
