import { createSecretKey, type KeyObject } from 'node:crypto';

/** A key for Temporal payloads. `KeyObject` keeps its bytes out of logs and serialized output. */
export interface PayloadKey {
  readonly id: string;
  readonly secret: KeyObject;
}

const ENTRY = /^(?<id>[\w.-]{1,64}):(?<key>[A-Za-z0-9+/]{43}=)$/;
const HOW =
  'use keyId:key, comma-separated, where each key is 32 bytes in base64 (generate one with "openssl rand -base64 32")';

/**
 * Reads `keyId:key,keyId:key`: the first encrypts, all decrypt.
 * @throws RangeError with an actionable sentence that never quotes a key
 */
export function parsePayloadKeys(text: string): readonly PayloadKey[] {
  const keys = text.split(',').map((entry, index) => {
    const { id, key } = ENTRY.exec(entry.trim())?.groups ?? {};
    if (!id || !key) throw new RangeError(`entry ${index + 1} is not a key: ${HOW}`);
    return { id, secret: createSecretKey(key, 'base64') };
  });
  const ids = keys.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice) throw new RangeError(`the key ID "${twice}" is used twice; give every key a unique ID`);
  return keys;
}
