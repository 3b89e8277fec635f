/** Email addresses as search attributes, which are never encrypted: a keyed hash, by which only the shop can find an address. */
import { createHmac } from 'node:crypto';

/**
 * @param key the setting EMAIL_HASH_KEY
 * @returns 32 hexadecimal digits, equal for all spellings that differ only in case or surrounding spaces
 */
export function emailHash(key: string, address: string): string {
  const normalized = address.trim().normalize('NFC').toLowerCase();
  return createHmac('sha256', key).update(normalized).digest('hex').slice(0, 32);
}
