import { z } from 'zod';

const bytes = z.base64();

/** A payload in Temporal's JSON format. */
const payload = z
  .looseObject({ metadata: z.record(z.string(), bytes).optional(), data: bytes.optional() })
  .meta({ id: 'Payload' });
export type WirePayload = z.infer<typeof payload>;

/** The request and the response of a remote codec. */
export const codecBody = z.object({ payloads: z.array(payload).max(2_000) }).meta({ id: 'Payloads' });
export type CodecBody = z.infer<typeof codecBody>;
