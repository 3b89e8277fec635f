import { expect, it } from 'vitest';
import { backgroundResponse } from './background.ts';
import { ApiProblem } from './problem.ts';

const problem = (status: number, retryAfterSeconds?: number) =>
  new ApiProblem({ type: 'x', title: 'x', status, code: 'x', detail: 'Secret' }, retryAfterSeconds);

it('has the data, which no cache keeps', async () => {
  const response = await backgroundResponse(async () => ({ cartCount: 2 }));
  expect([response.status, await response.json()]).toEqual([200, { cartCount: 2 }]);
  expect(response.headers.get('cache-control')).toBe('private, no-store');
});

it.each([
  [429, 60, '60'],
  [503, undefined, null],
  [404, undefined, null],
])('has the status %d of the API without its text, and Retry-After of %s', async (status, seconds, header) => {
  const response = await backgroundResponse(() => Promise.reject(problem(status, seconds)));
  expect([response.status, await response.text()]).toEqual([status, '']);
  expect([response.headers.get('retry-after'), response.headers.get('cache-control')]).toEqual([
    header,
    'private, no-store',
  ]);
});

it('does not hide a bug', async () => {
  await expect(backgroundResponse(() => Promise.reject(new Error('bug')))).rejects.toThrow('bug');
});
