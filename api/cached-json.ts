/** Responds to catalog reads with the cached bytes, without parsing or serializing JSON. */
import { createHash } from 'node:crypto';
import type { Services } from '../infra/services.ts';
import type { ApiContext } from './context.ts';

/** Shared caches keep API reads for a minute; browsers revalidate with the ETag. */
const CACHE_CONTROL = 'public, max-age=0, s-maxage=60';

/** A stored entry starts with its ETag, so that the hash is computed once. */
const SEPARATOR = '\n';

/**
 * @param load returns the object to store, which must have at least one field
 * @param live one number in the response that is never stored
 */
export async function answerCached(
  ctx: ApiContext,
  cache: Services['cache'],
  key: string,
  seconds: number,
  load: () => Promise<object>,
  live?: { name: string; value: Promise<number> },
): Promise<void> {
  const [entry, liveValue] = await Promise.all([
    cache.getOrSet(key, seconds, async () => {
      const body = JSON.stringify(await load());
      return `${createHash('sha1').update(body).digest('base64url')}${SEPARATOR}${body}`;
    }),
    live?.value,
  ]);
  const split = entry.indexOf(SEPARATOR);
  const hash = entry.toString('latin1', 0, split);
  const stored = entry.subarray(split + 1);
  // The available quantity changes with every reservation, so it is inserted before the stored fields.
  const body = live ? Buffer.concat([Buffer.from(`{"${live.name}":${liveValue},`), stored.subarray(1)]) : stored;
  ctx.set('Cache-Control', CACHE_CONTROL);
  answerUnlessUnchanged(ctx, `"${hash}${live ? `.${liveValue}` : ''}"`, body);
}

/** Sends JSON with its ETag, or only 304 to a caller that already has this version. */
export function answerUnlessUnchanged(ctx: ApiContext, etag: string, body: string | Buffer): void {
  ctx.set('ETag', etag);
  if (ctx.get('If-None-Match') === etag) {
    ctx.status = 304;
    return;
  }
  ctx.type = 'application/json';
  ctx.body = body;
}
