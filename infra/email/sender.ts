/** The sender of the shop's emails. */
import { isIP } from 'node:net';
import type { Settings } from '../config.ts';

export interface Sender {
  name: string;
  address: string;
}

/** The domain for a shop without a domain name, whose storefront URL has an IP address: no mail server ever delivers to it. */
const DOMAIN_OF_A_MACHINE = 'shop.localhost';

export function senderOf(settings: Pick<Settings, 'MAIL_FROM' | 'SHOP_NAME' | 'STOREFRONT_URL'>): Sender {
  const name = settings.SHOP_NAME;
  if (!settings.MAIL_FROM) return { name, address: `orders@${domainOf(settings.STOREFRONT_URL)}` };
  const named = /^(.*)<(.+)>$/.exec(settings.MAIL_FROM);
  if (!named) return { name, address: settings.MAIL_FROM.trim() };
  const given = named[1]!.trim().replace(/^"(.*)"$/, '$1');
  return { name: given || name, address: named[2]! };
}

function domainOf(storefrontUrl: string): string {
  const host = new URL(storefrontUrl).hostname.replace(/^www\./, '');
  const isMachine = host === 'localhost' || isIP(host.replace(/^\[|\]$/g, '')) !== 0;
  return isMachine ? DOMAIN_OF_A_MACHINE : host;
}
