import { describe, expect, it } from 'vitest';
import type { Api } from './api.ts';
import { sentence } from './forms.ts';
import { ApiProblem } from './problem.ts';
import { releaseReservation, reserveCart, shortLines } from './reservations.ts';

type Answer = { order_id: string | null } | { code: string; [extra: string]: unknown };

/** An API that gives these responses to reservation requests, and records their keys. */
function answering(...answers: Answer[]) {
  const keys: unknown[] = [];
  const post = async (path: string, _body: unknown, options: { idempotencyKey: string }) => {
    expect(path).toBe('/reservations');
    keys.push(options.idempotencyKey);
    const answer = answers.shift()!;
    if ('code' in answer) throw new ApiProblem({ type: 'x', title: 'x', status: 409, ...answer } as never);
    return answer;
  };
  return { api: { post } as unknown as Api, keys };
}

describe('reserveCart', () => {
  it('returns the reservation, or the order awaiting payment', async () => {
    expect(await reserveCart(answering({ order_id: null }).api, 'k')).toEqual({ reserved: { order_id: null } });
    expect(await reserveCart(answering({ order_id: 'o1' }).api, 'k')).toEqual({ unpaidOrderId: 'o1' });
  });

  it('returns the lines with insufficient stock', async () => {
    const lines = [{ product_id: 'p', name: 'Mug', requested: 2, available: 1 }];
    expect(await reserveCart(answering({ code: 'out_of_stock', lines }).api, 'k')).toEqual({ short: lines });
  });

  it('reserves again, once, when the page’s own reservation has ended', async () => {
    const ended = { code: 'reservation_ended' };
    const { api, keys } = answering(ended, { order_id: null });
    expect(await reserveCart(api, 'k')).toHaveProperty('reserved');
    expect(keys[0]).toBe('k');
    expect(keys[1]).not.toBe('k');
    await expect(reserveCart(answering(ended, ended).api, 'k')).rejects.toThrow('reservation_ended');
  });

  it('shows the API’s message about a limit', async () => {
    const detail = 'Guests can reserve up to 20 items at a time. Reduce the quantities, or sign in to reserve more.';
    const refused = await reserveCart(answering({ code: 'reservation_limit', detail }).api, 'k').catch(sentence);
    expect(refused).toBe(detail);
  });
});

describe('releasing a reservation', () => {
  const problem = (status: number) => new ApiProblem({ type: 'x', title: 'x', status, code: 'x' });
  const failing = (error: unknown) => ({ delete: () => Promise.reject(error) }) as unknown as Api;

  it('sends its ID to the API', async () => {
    const paths: string[] = [];
    const remove = async (path: string) => void paths.push(path);
    await releaseReservation({ delete: remove } as unknown as Api, 'a/b');
    expect(paths).toEqual(['/reservations/a%2Fb']);
  });

  it.each([404, 409, 499])(
    'accepts the status %i: the reservation has ended, became an order, or is unknown',
    async (status) => {
      await expect(releaseReservation(failing(problem(status)), 'r')).resolves.toBeUndefined();
    },
  );

  it.each([problem(500), problem(503), new TypeError('a bug')])('fails with %s', async (error) => {
    await expect(releaseReservation(failing(error), 'r')).rejects.toBe(error);
  });
});

it('returns no lines if a problem has none', () => {
  expect([shortLines(undefined), shortLines('x')]).toEqual([[], []]);
});
