import type { RequestHandler } from './$types';

/** Proxies the event stream of some orders, since only this server has credentials for the API. */
export const GET: RequestHandler = async ({ locals, url, request }) => {
  const upstream = await locals.api.stream('/orders/events', {
    query: { id: url.searchParams.getAll('id') },
    headers: { accept: 'text/event-stream' },
    signal: request.signal,
  });
  return new Response(upstream.body, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'private, no-store' },
  });
};
