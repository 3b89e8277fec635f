import { BlockList, isIP } from 'node:net';
import type { Middleware } from 'koa';
import type { ApiState } from '../context.ts';

/** More than any real chain of proxies; the rest of a longer header is ignored. */
const MAX_HOPS = 20;

/**
 * Determines the client's address: the last one in X-Forwarded-For that is not a trusted proxy. The header is used only if a trusted proxy
 * sent it; Koa's own `app.proxy` would accept it from anyone.
 * @param trustedProxies addresses and CIDR ranges
 */
export function clientAddress(trustedProxies: readonly string[]): Middleware<ApiState> {
  const trusted = new BlockList();
  for (const proxy of trustedProxies) {
    const [address = '', prefix] = proxy.split('/');
    if (prefix === undefined) trusted.addAddress(address, familyOf(address));
    else trusted.addSubnet(address, Number(prefix), familyOf(address));
  }
  return (ctx, next) => {
    let address = plain(ctx.req.socket.remoteAddress ?? '');
    const hops = ctx.get('X-Forwarded-For').split(',').map(plain).filter(Boolean).slice(-MAX_HOPS);
    while (isIP(address) && trusted.check(address, familyOf(address))) {
      const hop = hops.pop();
      // A proxy that sends something else, such as “unknown”, is the last address that is known.
      if (hop === undefined || !isIP(hop)) break;
      address = hop;
    }
    ctx.request.ip = address;
    return next();
  };
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Without a port, brackets, or a zone; an IPv4-mapped IPv6 address as IPv4. */
function plain(hop: string): string {
  const text = hop.trim();
  const [, address = text] = /^\[([^\]]*)\](?::\d+)?$/.exec(text) ?? /^(\d+(?:\.\d+){3}):\d+$/.exec(text) ?? [];
  const [withoutZone = ''] = address.split('%');
  return withoutZone.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
}
