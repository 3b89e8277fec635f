/** A remote codec for Temporal's Web UI: the browsers of support staff send payloads here to be decrypted, a page at a time. */
import { bodyParser } from '@koa/bodyparser';
import type { Middleware } from 'koa';
import { DomainError } from '../../domain/errors.ts';
import { EncryptingCodec } from '../../infra/temporal/payload-codec.ts';
import type { ApiState } from '../context.ts';
import { codecBody } from '../contracts/codec.ts';
import { refuseBody } from '../middleware/errors.ts';
import { gives } from '../responses.ts';
import { declareRoutes } from '../route.ts';
import { type CodecAccess, codecAccess } from './access.ts';
import { DIRECTIONS, type Direction, translate } from './service.ts';

/** Headers that the Web UI sends; the last one has the ID token of its sign-in. */
const HEADERS = 'Authorization, Content-Type, X-Namespace, Authorization-Extras';
const PREFLIGHT_SECONDS = '3600';
/** Temporal's messages have at most 4 MB, and base64 adds a third. */
const MAX_BYTES = '6mb';

const SUMMARIES = {
  decode: ['Decrypt Temporal payloads for the Web UI', 'The decrypted payloads'],
  encode: ['Encrypt Temporal payloads for the Web UI', 'The encrypted payloads'],
} as const satisfies Record<Direction, unknown>;

export const codecRoutes = declareRoutes(
  (deps) => ({
    log: deps.log,
    codec: new EncryptingCodec(deps.settings.PAYLOAD_KEYS),
    fromWebUi: onlyFrom(deps.settings.TEMPORAL_UI_URL),
    admit: admitStaff(codecAccess(deps)),
    readBody: bodyParser({ enableTypes: ['json'], jsonLimit: MAX_BYTES, onError: refuseBody }),
  }),
  (route) =>
    DIRECTIONS.flatMap((direction) => [
      route.undocumented({
        method: 'options',
        path: `/codec/${direction}`,
        limit: 'none',
        before: ({ fromWebUi }) => [fromWebUi],
        respond({ ctx }) {
          ctx.set('Access-Control-Allow-Methods', 'POST');
          ctx.set('Access-Control-Allow-Headers', HEADERS);
          ctx.set('Access-Control-Max-Age', PREFLIGHT_SECONDS);
          ctx.status = 204;
        },
      }),

      route({
        method: 'post',
        path: `/codec/${direction}`,
        tag: 'System',
        summary: SUMMARIES[direction][0],
        access: 'staff',
        limit: 'codec',
        body: codecBody,
        ok: gives(SUMMARIES[direction][1], codecBody),
        problems: { 503: 'The sign-in can’t be verified because the OIDC issuer is unavailable' },
        // Staff sign in to the shop or with the Web UI's issuer. The body, up to 6 MB, is read only after the access check.
        before: ({ limits }, { fromWebUi, admit, readBody }) => [fromWebUi, ...limits, admit, readBody],
        async handle({ ctx, body }, { codec, log }) {
          const translated = await translate(codec, direction, body);
          ctx.set('Cache-Control', 'no-store');
          const { requestId, whoAsks: who } = ctx.state;
          log.info({ who, payloads: body.payloads.length, requestId }, `codec: ${direction}d`);
          return translated;
        },
      }),
    ]),
);

function admitStaff(whoAsks: CodecAccess): Middleware<ApiState> {
  return async (ctx, next) => {
    ctx.state.whoAsks = await whoAsks(ctx);
    await next();
  };
}

/** Allows pages of the Web UI, and clients other than browsers, which send no Origin. Other pages are rejected even with a valid token. */
function onlyFrom(webUiUrl: string | undefined): Middleware<ApiState> {
  const allowed = webUiUrl && new URL(webUiUrl).origin;
  return async (ctx, next) => {
    ctx.vary('Origin');
    const origin = ctx.get('Origin');
    if (origin && origin !== allowed)
      throw new DomainError('forbidden', 'Only the Temporal Web UI can call this endpoint.');
    if (origin) ctx.set('Access-Control-Allow-Origin', origin);
    await next();
  };
}
