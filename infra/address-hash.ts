/** Client addresses as the shop keeps them: a keyed hash, by which reservations of one address are counted and nobody is found. */
import { createHmac } from 'node:crypto';
import { isIPv6 } from 'node:net';

/** @param secret an existing secret of the deployment; the hash is bound to this purpose */
export function addressHash(secret: string, address: string): string {
  return createHmac('sha256', secret)
    .update(`holdfast client address\n${networkOf(address)}`)
    .digest('base64url');
}

/** The address itself, or the /64 of an IPv6 address: one household or server has all of it to choose from. */
export function networkOf(address: string): string {
  const [withoutZone = ''] = address.split('%');
  if (!isIPv6(withoutZone)) return address;
  // The URL parser writes every IPv6 address the same way: lower case, hexadecimal, with the longest run of zeros left out.
  const written = new URL(`http://[${withoutZone}]`).hostname.slice(1, -1);
  const [before = '', after] = written.split('::');
  const groups = before === '' ? [] : before.split(':');
  if (after !== undefined) {
    const rest = after === '' ? [] : after.split(':');
    groups.push(...Array.from({ length: 8 - groups.length - rest.length }, () => '0'), ...rest);
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}
