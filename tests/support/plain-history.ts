import type { Payload } from '@temporalio/common';
import { type EncryptingCodec, isEncrypted } from '../../infra/temporal/payload-codec.ts';

/** Decrypts every payload in a history in place, because saved histories are replayed without the keys of their shop. */
export async function decryptHistory(part: unknown, codec: EncryptingCodec): Promise<void> {
  if (typeof part !== 'object' || part === null || ArrayBuffer.isView(part)) return;
  for (const [name, value] of Object.entries(part)) {
    if (isPayload(value) && isEncrypted(value)) [(part as Record<string, unknown>)[name]] = await codec.decode([value]);
    else await decryptHistory(value, codec);
  }
}

function isPayload(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null && 'metadata' in value && 'data' in value;
}
