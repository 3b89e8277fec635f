import { describe, expect, it } from 'vitest';
import { ApiProblem, isProblem, problemFrom, unreachable } from './problem.ts';

const BODY = { type: '/api/problems/out_of_stock', title: 'Out of stock', status: 409, code: 'out_of_stock' };

describe('a response that is not a success', () => {
  it('is read with all its fields', async () => {
    const errors = [{ path: 'items', message: 'too many' }];
    const body = { ...BODY, detail: 'Less.', request_id: 'r-1', errors, lines: [1] };
    const problem = await problemFrom(Response.json(body, { status: 409, headers: { 'retry-after': '30' } }));
    expect(problem).toMatchObject({
      name: 'ApiProblem',
      message: '409 out_of_stock: Less.',
      status: 409,
      code: 'out_of_stock',
      detail: 'Less.',
      requestId: 'r-1',
      errors,
      retryAfterSeconds: 30,
    });
    expect(problem.extra).toEqual({ lines: [1] });
  });

  it('can lack optional fields', async () => {
    const problem = await problemFrom(Response.json(BODY, { status: 409 }));
    expect(problem).toMatchObject({
      message: '409 out_of_stock: Out of stock',
      errors: [],
      detail: undefined,
      extra: {},
    });
    expect(problem.retryAfterSeconds).toBeUndefined();
  });

  it.each(['0', '-1', 'Wed, 21 Oct 2026 07:28:00 GMT'])('has no retry delay if Retry-After is %s', async (value) => {
    const problem = await problemFrom(Response.json(BODY, { status: 503, headers: { 'retry-after': value } }));
    expect(problem.retryAfterSeconds).toBeUndefined();
  });

  it.each([
    '<html>',
    'null',
    '"text"',
    '{}',
    '{"status":"409","code":"x"}',
    '{"status":409}',
    '{"status":409,"code":1}',
  ])('without a problem from the API is described by its status: %s', async (body) => {
    const response = new Response(body, { status: 502, statusText: 'Bad Gateway', headers: { 'x-request-id': 'r-2' } });
    const problem = await problemFrom(response);
    expect(problem).toMatchObject({
      message: '502 unavailable: Bad Gateway',
      status: 502,
      code: 'unavailable',
      requestId: 'r-2',
    });
  });

  it('without a body or a status text has a generic title', async () => {
    const problem = await problemFrom(new Response('', { status: 502 }));
    expect(problem).toMatchObject({ message: '502 unavailable: Unexpected response', requestId: undefined });
  });
});

it('turns a failed connection into a problem with its cause', () => {
  const cause = new Error('refused');
  expect(unreachable('r-3', cause)).toMatchObject({
    message: '503 unavailable: The API did not respond',
    status: 503,
    code: 'unavailable',
    requestId: 'r-3',
    cause,
  });
});

it('distinguishes problems from other errors, and by their code', () => {
  const problem = new ApiProblem(BODY);
  expect([isProblem(problem), isProblem(problem, 'x', 'out_of_stock'), isProblem(problem, 'x')]).toEqual([
    true,
    true,
    false,
  ]);
  expect([isProblem(new Error('x')), isProblem(undefined)]).toEqual([false, false]);
});
