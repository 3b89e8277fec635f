/** Client addresses as stored: a keyed hash, which allows counting an address's reservations without identifying it. */
import { isIPv6 } from 'node:net';
import { signatureOf } from './signed-text.ts';

/** @param secret an existing secret of the deployment; the hash is specific to this purpose */
export function addressHash(secret: string, address: string): string {
  return signatureOf(secret, 'client address', networkOf(address)).toString('base64url');
}

/** The address itself, or the /64 of an IPv6 address, because one household or server can use all addresses of a /64. */
export function networkOf(address: string): string {
  const [withoutZone = ''] = address.split('%');
  if (!isIPv6(withoutZone)) return address;
  // The URL parser normalizes IPv6 addresses: lower case, hexadecimal, with the longest run of zeros left out.
  const written = new URL(`http://[${withoutZone}]`).hostname.slice(1, -1);
  const [before = '', after] = written.split('::');
  const groups = before === '' ? [] : before.split(':');
  if (after !== undefined) {
    const rest = after === '' ? [] : after.split(':');
    groups.push(...Array.from({ length: 8 - groups.length - rest.length }, () => '0'), ...rest);
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}
