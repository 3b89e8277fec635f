/**
 * Encrypts every payload sent to Temporal, because histories contain names, addresses, and email addresses for as long as Temporal
 * retains them. The format follows Temporal's samples (`binary/encrypted` and the key's ID in the metadata), so that tools for codec
 * servers recognize it. See docs/decisions/0010-payload-codec.md.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import temporalProto from '@temporalio/proto';
import type { PayloadKey } from './payload-keys.ts';

const proto = temporalProto.temporal.api.common.v1.Payload;

export const ENCRYPTED = 'binary/encrypted';
export const KEY_ID = 'encryption-key-id';
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const encoding = Buffer.from(ENCRYPTED);

/** A payload can't be decrypted because its key is unknown or it was modified. */
export class PayloadUnreadableError extends Error {
  override name = 'PayloadUnreadableError';
}

export class EncryptingCodec implements PayloadCodec {
  readonly #keys: ReadonlyMap<string, PayloadKey>;
  readonly #current: PayloadKey;

  /** @param keys at least one; the first encrypts, all decrypt */
  constructor(keys: readonly PayloadKey[]) {
    const [current] = keys;
    if (!current) throw new RangeError('no key to encrypt with');
    this.#current = current;
    this.#keys = new Map(keys.map((key) => [key.id, key]));
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => seal(payload, this.#current));
  }

  /**
   * Decrypts encrypted payloads; others (the Web UI sends plain ones) stay unchanged.
   * @throws PayloadUnreadableError that names the missing key or says that the payload was modified
   */
  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => (isEncrypted(payload) ? this.#open(payload) : payload));
  }

  #open(payload: Payload): Payload {
    const keyId = Buffer.from(payload.metadata?.[KEY_ID] ?? []).toString();
    const key = this.#keys.get(keyId);
    if (!key) {
      throw new PayloadUnreadableError(
        `This payload was encrypted with key "${keyId}", which is not in PAYLOAD_KEYS. Add that key after the current one.`,
      );
    }
    return open(payload, key);
  }
}

export function isEncrypted({ metadata }: Payload): boolean {
  const written = metadata?.encoding;
  return written != null && encoding.equals(written);
}

function seal(payload: Payload, key: PayloadKey): Payload {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key.secret, nonce, { authTagLength: TAG_BYTES }).setAAD(boundData(key.id));
  // The metadata (encoding, message type) is encrypted with the data.
  const sealed = [cipher.update(proto.encode(payload).finish()), cipher.final()];
  return {
    metadata: { encoding, [KEY_ID]: Buffer.from(key.id) },
    data: Buffer.concat([nonce, ...sealed, cipher.getAuthTag()]),
  };
}

function open(payload: Payload, key: PayloadKey): Payload {
  const data = payload.data ?? new Uint8Array();
  const tagAt = data.length - TAG_BYTES;
  try {
    const decipher = createDecipheriv(CIPHER, key.secret, data.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(boundData(key.id))
      .setAuthTag(data.subarray(tagAt));
    const opened = [decipher.update(data.subarray(NONCE_BYTES, tagAt)), decipher.final()];
    return proto.decode(Buffer.concat(opened));
  } catch {
    throw new PayloadUnreadableError(
      `This payload can't be decrypted with key "${key.id}". It was modified, or a different key has that ID.`,
    );
  }
}

/** Additional authenticated data: a payload with a modified key ID or encoding can't be decrypted. */
function boundData(keyId: string): Buffer {
  return Buffer.from(`${ENCRYPTED}\n${keyId}`);
}
