/** Access to payload decoding: support staff, authenticated by the shop's access token or by the Web UI's OIDC sign-in. */
import { createRemoteJWKSet, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import { DomainError } from '../../domain/errors.ts';
import { isStaff } from '../../domain/roles.ts';
import type { Logger } from '../../infra/logger.ts';
import type { ApiContext, ApiDependencies, Settings } from '../context.ts';

/** Asymmetric signatures, which only the issuer can create; none with a shared secret. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const CLOCK_TOLERANCE_SECONDS = 5;
const DISCOVERY_MS = 5_000;

type KeySet = ReturnType<typeof createRemoteJWKSet>;

/** Returns the caller's name for the log. @throws DomainError unauthenticated, forbidden, or unavailable while the issuer is unreachable */
export type CodecAccess = (ctx: ApiContext) => Promise<string>;

export function codecAccess({
  settings,
  log,
  tokens,
}: Pick<ApiDependencies, 'settings' | 'log' | 'tokens'>): CodecAccess {
  if (!settings.CODEC_REQUIRE_SIGN_IN) return async () => 'anyone: sign-in is not required';
  const verifyIssued = settings.CODEC_OIDC_ISSUER && oidcSignIn(settings, settings.CODEC_OIDC_ISSUER, log);

  return async (ctx) => {
    const authorization = ctx.get('Authorization');
    if (!authorization) throw new DomainError('unauthenticated', 'Sign in to do this.');
    const token = authorization.replace(/^bearer\s+/i, '');
    const algorithm = algorithmOf(token);
    if (verifyIssued && algorithm !== 'HS256') {
      // An opaque access token, which only its issuer can read, is accompanied by the ID token of the same sign-in.
      return verifyIssued(algorithm ? token : ctx.get('Authorization-Extras'));
    }
    const { role, userId } = tokens.read(authorization);
    if (!isStaff(role)) throw notSupportStaff();
    return `${role}:${userId}`;
  };
}

function oidcSignIn(settings: Settings, issuer: string, log: Logger): (token: string) => Promise<string> {
  const keys = issuerKeys(issuer, settings.CODEC_OIDC_JWKS_URL);
  const allowed = new Set(settings.CODEC_OIDC_ROLES);
  return async (token) => {
    const claims = await verify(token);
    const who = `oidc:${claims.sub}`;
    if (claimed(claims, settings.CODEC_OIDC_ROLE_CLAIM).some((value) => allowed.has(value))) return who;
    log.info({ who, claim: settings.CODEC_OIDC_ROLE_CLAIM }, 'codec: access denied; the account has no support role');
    throw notSupportStaff();
  };

  async function verify(token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, await keys(), {
        issuer,
        audience: settings.CODEC_OIDC_AUDIENCE,
        algorithms: ALGORITHMS,
        requiredClaims: ['exp', 'sub'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      return payload;
    } catch (error) {
      if (!isRefusal(error)) {
        log.warn({ err: error, issuer }, 'codec: the OIDC issuer’s signing keys are unavailable');
        throw new DomainError('unavailable', 'Your sign-in can’t be verified right now. Try again in a moment.', {
          retryable: true,
        });
      }
      // Administrators who set up the sign-in need to know which claim is wrong; the message contains nothing from the token.
      log.info({ reason: error.message, issuer }, 'codec: token rejected');
      throw new DomainError('unauthenticated', 'The token is not valid or has expired. Sign in again.');
    }
  }
}

/** The issuer's keys, located by its discovery document at the first token, and fetched again when a token has an unknown key. */
function issuerKeys(issuer: string, jwksUrl: string | undefined): () => Promise<KeySet> {
  let keys: Promise<KeySet> | undefined;
  const find = async () => createRemoteJWKSet(new URL(jwksUrl ?? (await discover(issuer))));
  return () => {
    keys ??= find().catch((error: unknown) => {
      keys = undefined;
      throw error;
    });
    return keys;
  };
}

async function discover(issuer: string): Promise<string> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const answer = await fetch(address, { signal: AbortSignal.timeout(DISCOVERY_MS) });
  if (!answer.ok) throw new Error(`${address} responded ${answer.status}`);
  const { issuer: itself, jwks_uri: jwksUri } = (await answer.json()) as { issuer?: string; jwks_uri?: string };
  if (itself !== issuer || !jwksUri) throw new Error(`${address} names the issuer "${itself}", expected "${issuer}"`);
  return jwksUri;
}

/** Whether the token itself was rejected; jose throws its base class, among others, when the issuer's keys are unavailable. */
function isRefusal(error: unknown): error is Error {
  return (
    error instanceof errors.JOSEError &&
    !(error instanceof errors.JWKSTimeout) &&
    !(error instanceof errors.JWKSInvalid) &&
    error.constructor !== errors.JOSEError
  );
}

/** The signature algorithm in a token's header; undefined if it is not a JWT. */
function algorithmOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).alg;
  } catch {
    return undefined;
  }
}

/** Values of a claim, which can be a word, a string of several words, or a list; `a.b` is the claim `b` in the object `a`. */
function claimed(claims: JWTPayload, name: string): string[] {
  const within = (of: unknown, part: string) => (of as Record<string, unknown> | null | undefined)?.[part];
  const value = claims[name] ?? name.split('.').reduce<unknown>(within, claims);
  if (typeof value === 'string') return value.split(' ');
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function notSupportStaff(): DomainError {
  return new DomainError('forbidden', 'Only support staff can decode Temporal payloads.');
}
