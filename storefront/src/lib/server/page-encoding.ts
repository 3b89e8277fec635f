/** Makes responses small: pages validate by an ETag that ignores the nonce, and text is compressed. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const COMPRESSIBLE = /^(?:text\/(?!event-stream)|application\/json\b|image\/svg\+xml\b)/;
/** Below this, a compressed response is hardly smaller. */
const MIN_BYTES = 1_000;
/** A third of the default's time, for pages that are a few percent larger. */
const BROTLI_QUALITY = 5;
const NONCE = /'nonce-([^']+)'/;

const compressors = {
  br: (body: Buffer) =>
    promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
  gzip: (body: Buffer) => promisify(gzip)(body),
} as const;

/** A response in the form that the browser needs: 304 if it has this page, otherwise compressed if it accepts that. */
export async function encodeFor(request: Request, response: Response): Promise<Response> {
  if (!response.body || response.status === 304 || request.method === 'HEAD') return response;
  if (!COMPRESSIBLE.test(response.headers.get('content-type') ?? '') || response.headers.has('content-encoding'))
    return response;
  response.headers.append('vary', 'accept-encoding');
  const body = Buffer.from(await response.arrayBuffer());
  const headers = new Headers(response.headers);
  if (canValidate(headers)) {
    const etag = `W/"${pageHash(body, headers)}"`;
    headers.set('etag', etag);
    if (request.headers.get('if-none-match') === etag) return unchanged(headers);
  }
  const encoding = body.length < MIN_BYTES ? undefined : encodingFor(request.headers.get('accept-encoding') ?? '');
  const sent = encoding ? await compressors[encoding](body) : body;
  if (encoding) headers.set('content-encoding', encoding);
  headers.set('content-length', String(sent.length));
  return new Response(new Uint8Array(sent), { status: response.status, statusText: response.statusText, headers });
}

/** Pages that browsers keep but ask for each time. */
function canValidate(headers: Headers): boolean {
  const isPage = (headers.get('content-type') ?? '').startsWith('text/html');
  return isPage && !(headers.get('cache-control') ?? '').includes('no-store');
}

/** The nonce is new in every response and would make every ETag new as well. */
function pageHash(body: Buffer, headers: Headers): string {
  const [, nonce] = NONCE.exec(headers.get('content-security-policy') ?? '') ?? [];
  const text = nonce === undefined ? body : body.toString().replaceAll(nonce, '');
  return createHash('sha256').update(text).digest('base64url').slice(0, 27);
}

/** The policy is left out: it has another nonce than the page that the browser keeps. */
function unchanged(headers: Headers): Response {
  const kept = new Headers(headers);
  for (const name of ['content-security-policy', 'content-length', 'content-type']) kept.delete(name);
  return new Response(null, { status: 304, headers: kept });
}

function encodingFor(accepted: string): keyof typeof compressors | undefined {
  const names = accepted
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => !/;\s*q=0(?:\.0*)?$/.test(part))
    .map((part) => part.split(';')[0]!.trim());
  return (['br', 'gzip'] as const).find((name) => names.includes(name) || names.includes('*'));
}
