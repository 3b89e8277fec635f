import { z } from 'zod';

const bytes = z.string().meta({ description: 'Base64' });

/** A payload as Temporal's own programs write it in JSON. */
const payload = z
  .looseObject({ metadata: z.record(z.string(), bytes).optional(), data: bytes.optional() })
  .meta({ id: 'Payload' });
export type WirePayload = z.infer<typeof payload>;

/** Both ways: what Temporal's Web UI sends to a remote codec, and what it expects back. */
export const codecBody = z.object({ payloads: z.array(payload).max(2_000) }).meta({ id: 'Payloads' });
export type CodecBody = z.infer<typeof codecBody>;
