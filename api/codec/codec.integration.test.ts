import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import jwt from 'jsonwebtoken';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Services } from '../../infra/services.ts';
import { connectTestServices } from '../../tests/support/shop.ts';
import type { CodecBody } from '../contracts/codec.ts';
import { type RunningApi, startApi } from '../server.ts';

const USER = '0b1d1b1e-6c1a-4a5e-9d2f-3c1f8a2b7c55';
const SECRET_WORDS = 'Ada Test, 1 Main Street';
const PLAIN: CodecBody = {
  payloads: [{ metadata: { encoding: base64('json/plain') }, data: base64(`"${SECRET_WORDS}"`) }],
};

const signing = await generateKeyPair('ES256');
const foreign = await generateKeyPair('ES256');
const logged: string[] = [];
const started: { services: Services; api: RunningApi }[] = [];
let issuer: Server;
let issuerUrl: string;
let uiOrigin: string;
let api: RunningApi;
let services: Services;

async function start(overrides: Partial<Services['settings']>) {
  const connected = await connectTestServices({ API_PORT: 0, ...overrides });
  const log = pino({ level: 'info' }, { write: (line: string) => logged.push(line) });
  const one = { services: connected, api: await startApi({ ...connected, log }) };
  started.push(one);
  return one;
}

beforeAll(async () => {
  const keys = [{ ...(await exportJWK(signing.publicKey)), kid: 'one', alg: 'ES256' }];
  issuer = createServer((request, answer) => {
    const found = { issuer: issuerUrl, jwks_uri: `${issuerUrl}/keys` };
    answer.end(JSON.stringify(request.url === '/keys' ? { keys } : found));
  });
  await new Promise<void>((listening) => issuer.listen(0, '127.0.0.1', listening));
  issuerUrl = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
  ({ api, services } = await start({ CODEC_REQUIRE_SIGN_IN: true, CODEC_OIDC_ISSUER: issuerUrl }));
  uiOrigin = new URL(services.settings.TEMPORAL_UI_URL!).origin;
});
afterAll(async () => {
  for (const one of started) {
    await one.api.stop();
    await one.services.close();
  }
  issuer?.close();
});

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

async function ask(
  direction: 'decode' | 'encode',
  body: unknown,
  headers: Record<string, string> = {},
  url: string = api.url,
): Promise<{ status: number; headers: Headers; body: CodecBody & { code?: string; detail?: string } }> {
  const answer = await fetch(`${url}/api/codec/${direction}?preserveStorageRefs=true`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-namespace': 'default', ...headers },
    body: JSON.stringify(body),
  });
  return { status: answer.status, headers: answer.headers, body: JSON.parse(await answer.text()) };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const shopToken = (role: string) =>
  jwt.sign({ userId: USER, role, sessionId: USER }, services.settings.JWT_SECRET, { expiresIn: 60 });
const oidcToken = (claims: JWTPayload, key: CryptoKey = signing.privateKey) =>
  new SignJWT({ iss: issuerUrl, aud: 'temporal-ui', sub: 'sam', groups: ['support'], ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'one' })
    .setExpirationTime(claims.exp ?? '1 minute')
    .sign(key);
const statusWith = async (headers: Record<string, string>) => (await ask('decode', PLAIN, headers)).status;

describe('the codec endpoint', () => {
  it('encrypts and decrypts for support staff, in the protocol of Temporal’s remote codecs', async () => {
    const staff = bearer(shopToken('support'));
    const sealed = await ask('encode', PLAIN, staff);
    expect(sealed.status).toBe(200);
    expect(sealed.headers.get('cache-control')).toBe('no-store');
    expect(sealed.body.payloads[0]!.metadata).toMatchObject({ encoding: base64('binary/encrypted') });
    expect(JSON.stringify(sealed.body)).not.toContain(base64('Ada').slice(0, 4));
    expect((await ask('decode', sealed.body, staff)).body).toEqual(PLAIN);
    // Unencrypted payloads stay unchanged.
    expect((await ask('decode', PLAIN, staff)).body).toEqual(PLAIN);
    expect((await ask('decode', { payloads: [{}] }, staff)).body).toEqual({ payloads: [{}] });
  });

  it('reports payloads that it can’t decrypt', async () => {
    const sealed = await ask('encode', PLAIN, bearer(shopToken('admin')));
    const [payload] = sealed.body.payloads;
    const lost = { ...payload, metadata: { ...payload!.metadata, 'encryption-key-id': base64('lost') } };
    const answer = await ask('decode', { payloads: [lost] }, bearer(shopToken('admin')));
    expect([answer.status, answer.body.detail]).toEqual([400, expect.stringContaining('"lost"')]);
    expect((await ask('decode', { payloads: 'all' }, bearer(shopToken('admin')))).status).toBe(400);
  });

  it('accepts the size of a history page, but not more', async () => {
    const staff = bearer(shopToken('support_lead'));
    const large = { payloads: [{ metadata: { encoding: base64('json/plain') }, data: 'A'.repeat(4_000_000) }] };
    const sealed = await ask('encode', large, staff);
    expect(sealed.status).toBe(200);
    expect((await ask('decode', sealed.body, staff)).body.payloads[0]!.data).toHaveLength(4_000_000);
    expect((await ask('encode', { payloads: [{ data: 'A'.repeat(7_000_000) }] }, staff)).status).toBe(400);
  });

  it('accepts the shop’s access tokens of support staff', async () => {
    expect(await statusWith({})).toBe(401);
    for (const role of ['support', 'support_lead', 'admin'])
      expect(await statusWith(bearer(shopToken(role)))).toBe(200);
    expect(await statusWith(bearer(shopToken('customer')))).toBe(403);
    expect(await statusWith(bearer(jwt.sign({ userId: USER, role: 'admin', sessionId: USER }, 'x'.repeat(32))))).toBe(
      401,
    );
  });

  it('accepts the tokens of the Web UI’s sign-in of support staff', async () => {
    expect(await statusWith(bearer(await oidcToken({})))).toBe(200);
    expect(await statusWith(bearer(await oidcToken({ groups: ['sales'] })))).toBe(403);
    expect(await statusWith(bearer(await oidcToken({ groups: undefined })))).toBe(403);
    const now = Math.floor(Date.now() / 1000);
    for (const wrong of [{ aud: 'another' }, { iss: 'https://elsewhere.example' }, { exp: now - 60 }])
      expect([wrong, await statusWith(bearer(await oidcToken(wrong)))]).toEqual([wrong, 401]);
    expect(await statusWith(bearer(await oidcToken({}, foreign.privateKey)))).toBe(401);
    const unsigned = `${base64('{"alg":"none"}')}.${base64(JSON.stringify({ iss: issuerUrl, groups: ['support'] }))}.`;
    expect(await statusWith(bearer(unsigned))).toBe(401);
    // For an opaque access token, the ID token of the same sign-in is used.
    expect(await statusWith(bearer('opaque'))).toBe(401);
    expect(
      await statusWith({ ...bearer('opaque'), 'authorization-extras': await oidcToken({ groups: ['support_lead'] }) }),
    ).toBe(200);
  });

  it('reads the role from the configured claim', async () => {
    const keycloak = await start({
      CODEC_REQUIRE_SIGN_IN: true,
      CODEC_OIDC_ISSUER: issuerUrl,
      CODEC_OIDC_JWKS_URL: `${issuerUrl}/keys`,
      CODEC_OIDC_ROLE_CLAIM: 'realm_access.roles',
      CODEC_OIDC_ROLES: ['desk'],
    });
    const status = async (claims: JWTPayload) =>
      (await ask('decode', PLAIN, bearer(await oidcToken(claims)), keycloak.api.url)).status;
    expect(await status({ realm_access: { roles: ['desk', 'other'] } })).toBe(200);
    expect(await status({ realm_access: { roles: 'desk' } })).toBe(200);
    expect(await status({ realm_access: null, groups: ['desk'] })).toBe(403);
  });

  it('responds 503 while the sign-in can’t be verified', async () => {
    const alone = await start({ CODEC_REQUIRE_SIGN_IN: true, CODEC_OIDC_ISSUER: 'http://127.0.0.1:9' });
    const token = await oidcToken({ iss: 'http://127.0.0.1:9' });
    expect((await ask('decode', PLAIN, bearer(token), alone.api.url)).status).toBe(503);
    // The shop's own tokens need no issuer.
    expect((await ask('decode', PLAIN, bearer(shopToken('support')), alone.api.url)).status).toBe(200);
  });

  it('allows pages of the Web UI and no others, with or without sign-in', async () => {
    const preflight = (origin: string) =>
      fetch(`${api.url}/api/codec/decode`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,authorization-extras,content-type,x-namespace',
        },
      });
    const granted = await preflight(uiOrigin);
    expect(granted.status).toBe(204);
    expect(granted.headers.get('access-control-allow-origin')).toBe(uiOrigin);
    const headers = granted.headers.get('access-control-allow-headers')!.toLowerCase().split(', ');
    expect(headers.sort()).toEqual(['authorization', 'authorization-extras', 'content-type', 'x-namespace']);
    const { origin: storefront } = new URL(services.settings.STOREFRONT_URL);
    const open = await start({ CODEC_REQUIRE_SIGN_IN: false });
    for (const origin of ['https://elsewhere.example', 'null', storefront, `${uiOrigin}.elsewhere.example`]) {
      const refused = await preflight(origin);
      expect([origin, refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([origin, 403, null]);
      expect((await ask('decode', PLAIN, { ...bearer(shopToken('admin')), origin })).status).toBe(403);
      expect((await ask('decode', PLAIN, { origin }, open.api.url)).status).toBe(403);
    }
    const answered = await ask('decode', PLAIN, { origin: uiOrigin }, open.api.url);
    expect([answered.status, answered.headers.get('access-control-allow-origin')]).toEqual([200, uiOrigin]);
    // The page can also read an error, to show it.
    expect((await ask('decode', PLAIN, { origin: uiOrigin })).headers.get('access-control-allow-origin')).toBe(
      uiOrigin,
    );
    expect((await ask('decode', PLAIN, {}, open.api.url)).status).toBe(200);
  });

  it('logs who decoded how many payloads, but not their contents', async () => {
    logged.length = 0;
    await ask('decode', { payloads: [...PLAIN.payloads, ...PLAIN.payloads] }, bearer(shopToken('support')));
    await ask('decode', PLAIN, bearer(await oidcToken({})));
    await statusWith(bearer(await oidcToken({ groups: ['sales'] })));
    const notes = logged.map((line) => JSON.parse(line) as { msg: string; who?: string; payloads?: number });
    expect(notes).toMatchObject([
      { msg: 'codec: decoded', who: `support:${USER}`, payloads: 2 },
      { msg: 'codec: decoded', who: 'oidc:sam', payloads: 1 },
      { msg: 'codec: access denied; the account has no support role', who: 'oidc:sam' },
    ]);
    expect(logged.join()).not.toContain('Ada');
    expect(logged.join()).not.toContain(base64(`"${SECRET_WORDS}"`));
  });

  it('has its own rate limit', async () => {
    const limited = await start({
      CODEC_REQUIRE_SIGN_IN: false,
      RATE_LIMIT_ENABLED: true,
      RATE_LIMIT_CODEC: 2,
      RATE_LIMIT_API: 1,
    });
    const from = { 'x-forwarded-for': '10.88.7.6' };
    const statuses = [];
    for (let times = 0; times < 3; times++) statuses.push((await ask('decode', PLAIN, from, limited.api.url)).status);
    expect(statuses).toEqual([200, 200, 429]);
  });
});
