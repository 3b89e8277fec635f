import type { IncomingMessage } from 'node:http';
import { DomainError } from '../../domain/errors.ts';

/** Stripe's events have at most a few hundred kilobytes. */
const MAX_BYTES = 1_048_576;

/** Reads the body's raw bytes. @throws DomainError invalid_request above the maximum, by default 1 MiB */
export async function readRawBody(request: IncomingMessage, maxBytes = MAX_BYTES): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new DomainError('invalid_request', 'The request body is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
