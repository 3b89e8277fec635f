/**
 * Encrypts every payload on its way into Temporal: histories hold names, addresses and e-mail addresses, and live as long as
 * Temporal keeps them. What is sealed looks as in Temporal's own samples (`binary/encrypted`, the key's id beside it), so that
 * tools which know of codec servers know what it is; docs/decisions/0010-payload-codec.md tells the rest.
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

/** A payload that can't be decrypted here: its key is not among ours, or it is not what was written. */
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
   * Decrypts what is encrypted; other payloads (the Web UI sends plain ones) stay as they are.
   * @throws PayloadUnreadableError naming the key that is missing, or saying that the payload was changed
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
  // Metadata (its encoding, what a message is called) is sealed with the data.
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

/** Bound to the ciphertext: a payload whose key id or encoding was rewritten does not open. */
function boundData(keyId: string): Buffer {
  return Buffer.from(`${ENCRYPTED}\n${keyId}`);
}
