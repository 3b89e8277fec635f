/** Handling of requests by a declared route, and its part of the OpenAPI document. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bodyParser } from '@koa/bodyparser';
import Koa, { type Middleware } from 'koa';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DomainError } from '../domain/errors.ts';
import type { ApiState } from './context.ts';
import { errors } from './middleware/errors.ts';
import { describePaths } from './openapi/operation.ts';
import { Alternative, done, gives, redirects, withAlternative, writes } from './responses.ts';
import { declareRoutes, type RouteDependencies } from './route.ts';
import { mount } from './router.ts';

const CART = 'a6c1b2d3-0f4e-4a5b-8c6d-7e8f90a1b2c3';
const number = z.object({ number: z.coerce.number() });
const body = z.strictObject({ word: z.string() });
const base = { tag: 'System', summary: 'A test', limit: 'api', access: 'public' } as const;
/** Steps that ran, in order. */
let passed: string[];

const routes = declareRoutes(
  ({ log }) => ({ log, made: passed.push('services') }),
  (route) => [
    route({
      ...base,
      method: 'post',
      path: '/all/{number}',
      access: 'admin',
      limit: ['api', 'payment'],
      params: number,
      query: number,
      headers: z.object({ 'x-number': z.coerce.number() }),
      body,
      ok: gives('All', z.object({ all: z.array(z.unknown()) }), 201),
      handle: ({ identity, params, query, headers, body }) => ({
        all: [identity.role, params.number, query.number, headers['x-number'], body.word],
      }),
    }),
    route({ ...base, method: 'get', path: '/shopper', access: 'shopper', ok: done('Done'), handle: () => {} }),
    route({
      ...base,
      method: 'get',
      path: '/shopper/orders',
      access: 'shopper',
      refusal: 'Sign in first.',
      ok: done('Done'),
      handle: () => {},
    }),
    route({ ...base, method: 'get', path: '/anyone', access: 'anyone', ok: done('Done'), handle: () => {} }),
    route({ ...base, method: 'get', path: '/public', limit: 'none', ok: done('Done'), handle: () => {} }),
    route({
      ...base,
      method: 'put',
      path: '/either',
      body,
      ok: withAlternative(gives('Made', body, 201), 200, 'Was there'),
      handle: ({ body }) => (body.word === 'old' ? new Alternative(body) : body),
    }),
    route({ ...base, method: 'get', path: '/away', ok: redirects('Away'), handle: () => '/api/public' }),
    route({
      ...base,
      method: 'get',
      path: '/text',
      ok: writes('Text', 'text/plain', z.string()),
      respond({ ctx }) {
        ctx.status = 202;
        ctx.body = 'text';
      },
    }),
    route({
      ...base,
      method: 'delete',
      path: '/guarded',
      access: 'staff',
      before: ({ limits }, { log }) => [step(`guard of ${String(log)}`), ...limits],
      ok: done('Done'),
      handle: () => {},
    }),
    route.undocumented({
      method: 'get',
      path: '/hidden/{number}',
      limit: 'none',
      params: number,
      respond({ ctx, params }) {
        ctx.body = { number: params.number };
      },
    }),
  ],
);

const step =
  (name: string): Middleware<ApiState> =>
  async (_ctx, next) => {
    passed.push(name);
    await next();
  };

const tokens = {
  read(authorization: string) {
    passed.push('token');
    const role = authorization.replace('Bearer ', '');
    if (role === 'forged') throw new DomainError('unauthenticated', 'Forged.');
    return { userId: 'u', sessionId: 's', role };
  },
};

let server: Server;
let url: string;
beforeAll(async () => {
  passed = [];
  const app = new Koa<ApiState>();
  const limits = { limit: (tier: string) => step(tier) };
  const deps = { log: 'the log', tokens, limits } as unknown as RouteDependencies;
  app.use(errors({ error: () => {}, warn: () => {} } as never, { below: '/pages/', write: () => {} }));
  app.use(bodyParser());
  app.use(mount('/api', [routes], deps));
  server = createServer(app.callback());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
  expect(passed).toEqual(['services']);
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  passed = [];
});

async function call(method: string, path: string, headers: Record<string, string> = {}, body?: object) {
  const answer = await fetch(`${url}${path}`, {
    method,
    redirect: 'manual',
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('json');
  return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
}

const admin = { authorization: 'Bearer admin' };

describe('a request', () => {
  it('reaches its handler parsed, with the caller’s identity, and gets the declared status', async () => {
    const answer = await call('POST', '/all/1?number=2', { ...admin, 'x-number': '3' }, { word: 'four' });
    expect(answer).toMatchObject({ status: 201, body: { all: ['admin', 1, 2, 3, 'four'] } });
    expect(passed).toEqual(['api', 'payment', 'token']);
  });

  it('is counted before the access check, and parsed only after it', async () => {
    expect(await call('POST', '/all/x', {}, {})).toMatchObject({
      status: 401,
      body: { detail: 'Sign in to do this.' },
    });
    expect(passed).toEqual(['api', 'payment']);
    expect((await call('POST', '/all/x', { authorization: 'Bearer support' }, {})).status).toBe(403);
  });

  it.each([
    ['/all/x?number=x', { 'x-number': 'x' }, {}, 'The address is not valid. See errors.'],
    ['/all/1?number=x', { 'x-number': 'x' }, {}, 'The headers are not valid. See errors.'],
    ['/all/1?number=x', { 'x-number': '1' }, {}, 'The query is not valid. See errors.'],
    ['/all/1?number=2', { 'x-number': '1' }, {}, 'The body is not valid. See errors.'],
  ])('to %s with %o reports the invalid part', async (path, headers, body, detail) => {
    expect(await call('POST', path, { ...admin, ...headers }, body)).toMatchObject({ status: 400, body: { detail } });
  });

  it('without an account or a cart is rejected by a shopper route with what is missing', async () => {
    const hint = 'Sign in, or send the X-Cart-Id of a cart.';
    expect(await call('GET', '/shopper')).toMatchObject({ status: 401, body: { detail: hint } });
    expect(await call('GET', '/shopper/orders')).toMatchObject({ status: 401, body: { detail: 'Sign in first.' } });
    expect((await call('GET', '/shopper', { 'x-cart-id': CART })).status).toBe(204);
    expect((await call('GET', '/shopper', { authorization: 'Bearer customer' })).status).toBe(204);
  });

  it('with a forged token is rejected by routes that read credentials', async () => {
    const forged = { authorization: 'Bearer forged', 'x-cart-id': CART };
    expect((await call('GET', '/anyone', forged)).status).toBe(401);
    expect((await call('GET', '/shopper', forged)).status).toBe(401);
    expect((await call('GET', '/public', forged)).status).toBe(204);
    expect((await call('GET', '/anyone')).status).toBe(204);
  });

  it('gets an alternative response with its status', async () => {
    expect(await call('PUT', '/either', {}, { word: 'new' })).toMatchObject({ status: 201, body: { word: 'new' } });
    expect(await call('PUT', '/either', {}, { word: 'old' })).toMatchObject({ status: 200, body: { word: 'old' } });
  });

  it('is redirected, or gets the response that the route writes', async () => {
    const away = await call('GET', '/away');
    expect([away.status, away.headers.get('location')]).toEqual([302, '/api/public']);
    expect(await call('GET', '/text')).toMatchObject({ status: 202, body: 'text' });
    expect(await call('GET', '/hidden/5')).toMatchObject({ status: 200, body: { number: 5 } });
  });

  it('runs a route’s own steps', async () => {
    expect((await call('DELETE', '/guarded')).status).toBe(204);
    expect(passed).toEqual(['guard of the log', 'api']);
  });

  it.each(['POST', 'PROPFIND'])('with the method %s gets a 405 with the methods that the path has', async (method) => {
    const answer = await call(method, '/shopper');
    expect(answer).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } });
    expect(answer.headers.get('allow')).toBe('HEAD, GET');
  });
});

describe('the OpenAPI document', () => {
  const paths = describePaths(routes.operations);
  const statusesOf = (path: string, method: 'get' | 'post' | 'put' | 'delete') =>
    Object.keys(paths[path]![method]!.responses).map(Number);

  it('has the statuses that follow from access, limits, and schemas', () => {
    expect(statusesOf('/api/all/{number}', 'post')).toEqual([201, 400, 401, 403, 429, 431]);
    expect(statusesOf('/api/shopper', 'get')).toEqual([204, 401, 429, 431]);
    expect(statusesOf('/api/public', 'get')).toEqual([204, 431]);
    expect(statusesOf('/api/either', 'put')).toEqual([200, 201, 400, 429, 431]);
    expect(statusesOf('/api/away', 'get')).toEqual([302, 429, 431]);
    expect(Object.keys(paths)).not.toContain('/api/hidden/{number}');
  });

  it('names the required roles', () => {
    expect(paths['/api/all/{number}']!.post!.security).toEqual([{ bearer: ['admin'] }]);
    expect(paths['/api/guarded']!.delete!.security).toEqual([{ bearer: ['support', 'support_lead', 'admin'] }]);
    expect(paths['/api/shopper']!.get!.security).toEqual([{ bearer: [] }, { cart: [] }]);
    expect(paths['/api/anyone']!.get!.security).toBeUndefined();
  });

  it('rejects a duplicate route', () => {
    expect(() => describePaths([...routes.operations, routes.operations[0]!])).toThrow('declared twice');
  });
});
