/** Who may have payloads decoded: people of the support desk, by the shop's own token or by that of the Web UI's sign-in. */
import { createRemoteJWKSet, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import { DomainError } from '../../domain/errors.ts';
import { isStaff } from '../../domain/roles.ts';
import type { Logger } from '../../infra/logger.ts';
import type { ApiContext, ApiDependencies, Settings } from '../context.ts';

/** Signatures that only the issuer can make; none that a shared secret makes. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const CLOCK_TOLERANCE_SECONDS = 5;
const DISCOVERY_MS = 5_000;

type KeySet = ReturnType<typeof createRemoteJWKSet>;

/** Names who asks, for the log. @throws DomainError unauthenticated, forbidden, or unavailable while the issuer is away */
export type CodecAccess = (ctx: ApiContext) => Promise<string>;

export function codecAccess({
  settings,
  log,
  tokens,
}: Pick<ApiDependencies, 'settings' | 'log' | 'tokens'>): CodecAccess {
  if (!settings.CODEC_REQUIRE_SIGN_IN) return async () => 'anyone: sign-in is not required';
  const asIssued = settings.CODEC_OIDC_ISSUER && oidcSignIn(settings, settings.CODEC_OIDC_ISSUER, log);

  return async (ctx) => {
    const authorization = ctx.get('Authorization');
    if (!authorization) throw new DomainError('unauthenticated', 'Sign in to do this.');
    const token = authorization.replace(/^bearer\s+/i, '');
    const algorithm = algorithmOf(token);
    if (asIssued && algorithm !== 'HS256') {
      // An access token that speaks to its issuer alone comes with the ID token of the same sign-in.
      return asIssued(algorithm ? token : ctx.get('Authorization-Extras'));
    }
    const { role, userId } = tokens.read(authorization);
    if (!isStaff(role)) throw notOfTheDesk();
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
    throw notOfTheDesk();
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
      // Whoever sets a sign-in up needs to know which claim is wrong; the message holds nothing of the token.
      log.info({ reason: error.message, issuer }, 'codec: token rejected');
      throw new DomainError('unauthenticated', 'The token is not valid or has expired. Sign in again.');
    }
  }
}

/** The issuer's keys, found by its discovery document at the first token; kept, and asked for anew when a new one signs. */
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

/** Whether a token was looked at and refused; not when the issuer's keys could not be had, which jose's base class says. */
function isRefusal(error: unknown): error is Error {
  return (
    error instanceof errors.JOSEError &&
    !(error instanceof errors.JWKSTimeout) &&
    !(error instanceof errors.JWKSInvalid) &&
    error.constructor !== errors.JOSEError
  );
}

/** What a token says it is signed with; undefined for one that is no JWT. */
function algorithmOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).alg;
  } catch {
    return undefined;
  }
}

/** Values of a claim, be it one word, words in a string or a list; `a.b` looks into the object `a`. */
function claimed(claims: JWTPayload, name: string): string[] {
  const within = (of: unknown, part: string) => (of as Record<string, unknown> | null | undefined)?.[part];
  const value = claims[name] ?? name.split('.').reduce<unknown>(within, claims);
  if (typeof value === 'string') return value.split(' ');
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function notOfTheDesk(): DomainError {
  return new DomainError('forbidden', 'Only support staff can decode Temporal payloads.');
}
