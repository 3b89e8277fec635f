/** Facts about an incoming request. */

const REQUEST_ID = /^[\w.-]{8,100}$/;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The id a proxy gave this request, or a new one. */
export function requestIdOf(request: Request): string {
  const given = request.headers.get('x-request-id');
  return given && REQUEST_ID.test(given) ? given : crypto.randomUUID();
}

/**
 * Where a page asked for under another name of this machine is really served. Forms are only taken from the shop's own
 * origin, so `localhost` has to lead to the `127.0.0.1` that the shop was told to be (and the other way round).
 * @returns the address to go to, or undefined when the request is at home
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

/** The shopper's address, or undefined where the proxy did not say. */
export function clientAddressOf(event: { getClientAddress: () => string }): string | undefined {
  try {
    return event.getClientAddress();
  } catch {
    return undefined;
  }
}
