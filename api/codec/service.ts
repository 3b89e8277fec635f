/** Encrypts and decrypts payloads in the JSON format of Temporal's remote codecs. */
import temporalProto from '@temporalio/proto';
import { DomainError } from '../../domain/errors.ts';
import { type EncryptingCodec, PayloadUnreadableError } from '../../infra/temporal/payload-codec.ts';
import type { CodecBody, WirePayload } from '../contracts/codec.ts';

const proto = temporalProto.temporal.api.common.v1.Payload;
const AS_JSON = { bytes: String, longs: String };

export const DIRECTIONS = ['decode', 'encode'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** @throws DomainError invalid_request for a payload that can't be decrypted or whose key is missing */
export async function translate(codec: EncryptingCodec, direction: Direction, body: CodecBody): Promise<CodecBody> {
  try {
    const translated = await codec[direction](body.payloads.map((payload) => proto.fromObject(payload)));
    return { payloads: translated.map((payload) => proto.toObject(proto.create(payload), AS_JSON) as WirePayload) };
  } catch (error) {
    if (error instanceof PayloadUnreadableError) throw new DomainError('invalid_request', error.message);
    throw error;
  }
}
