/** Facts about an incoming request. */

const REQUEST_ID = /^[\w.-]{8,100}$/;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The request ID from a proxy, or a new one. */
export function requestIdOf(request: Request): string {
  const fromProxy = request.headers.get('x-request-id');
  return fromProxy && REQUEST_ID.test(fromProxy) ? fromProxy : crypto.randomUUID();
}

/**
 * The canonical address of a page requested under another loopback name. Forms are only accepted from the shop's own origin, so
 * `localhost` must redirect to a shop configured as `127.0.0.1`, and vice versa.
 * @returns the address to redirect to, or undefined when the request already uses it
 */
export function canonicalAddress(request: Request, origin: string | undefined): string | undefined {
  if (origin === undefined || request.method !== 'GET') return undefined;
  const home = new URL(origin);
  const host = request.headers.get('host');
  if (host === null || host === home.host) return undefined;
  const [, name = '', port = ''] = /^(.*?)(?::(\d+))?$/.exec(host) ?? [];
  if (!LOOPBACK.has(name) || !LOOPBACK.has(home.hostname) || port !== home.port) return undefined;
  const { pathname, search } = new URL(request.url);
  return `${home.origin}${pathname}${search}`;
}

/**
 * The X-Forwarded-For header for the API: what this server received, followed by the address that the request came from, as every proxy
 * adds it. The API decides which of these addresses it trusts.
 */
export function forwardedFor(event: { request: Request; getClientAddress: () => string }): string | undefined {
  const received = event.request.headers.get('x-forwarded-for');
  let peer: string | undefined;
  try {
    peer = event.getClientAddress();
  } catch {
    // The adapter knows no address, for example of a page that is rendered during the build.
  }
  return [received, peer].filter(Boolean).join(', ') || undefined;
}
