import { describe, expect, it } from 'vitest';
import { describeFailure, tryAgain } from './failures.ts';
import { ApiProblem } from './problem.ts';

const problem = (status: number, detail?: string, retryAfter?: number) =>
  new ApiProblem({ type: 'x', title: 'x', status, code: 'x', detail }, retryAfter);

describe('a page that can’t be shown', () => {
  it.each([
    [
      problem(404, 'There is no such order.'),
      { status: 404, message: 'It may no longer be available, or you may need to sign in to see it.' },
    ],
    [problem(400, 'Too long.'), { status: 400, message: 'Too long.' }],
    [problem(400), { status: 400, message: 'This link isn’t valid.' }],
    [problem(401), { status: 401, message: 'Please sign in to view this page.' }],
    [problem(403), { status: 403, message: 'Please sign in to view this page.' }],
    [problem(429, undefined, 30), { status: 429, message: 'You’ve made too many requests. Try again in 30 seconds.' }],
    [problem(500, 'Stock is being counted.'), { status: 503, message: 'Stock is being counted.' }],
    [problem(503), { status: 503, message: 'The shop is temporarily unavailable. Please try again in a moment.' }],
    [new Error('secret'), { status: 500, message: 'There’s a problem on our end. Please try again in a moment.' }],
  ])('shows %s as %o', (error, expected) => {
    expect(describeFailure(error, 'unknown')).toEqual(expected);
  });

  it('keeps the message of the page that raised the error', () => {
    expect(describeFailure({ status: 410 }, 'app')).toEqual({ status: 410 });
    expect(describeFailure({ status: 404 }, 'app')).toEqual({ status: 404 });
    expect(describeFailure({ status: 404 }, 'framework')).toEqual({
      status: 404,
      message: 'It may have moved, or the address may be incorrect.',
    });
    expect(describeFailure({ status: 405 }, 'framework')).toEqual({ status: 405 });
    for (const error of [undefined, null, 'x', {}, { status: '404' }])
      expect(describeFailure(error, 'framework')).toEqual({ status: undefined });
  });
});

it.each([
  [undefined, 'Try again in a moment.'],
  [1.2, 'Try again in 2 seconds.'],
  [89, 'Try again in 89 seconds.'],
  [90, 'Try again in 2 minutes.'],
  [121, 'Try again in 3 minutes.'],
])('after %s s: %s', (seconds, expected) => {
  expect(tryAgain(seconds)).toBe(expected);
});
