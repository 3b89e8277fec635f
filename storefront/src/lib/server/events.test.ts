import { expect, it, vi } from 'vitest';
import { fromBrowser, send, track } from './events.ts';

const NOW_MS = Date.parse('2026-01-02T03:04:05.000Z');

it('converts the age of a browser’s event into a time', () => {
  expect(fromBrowser([{ event: 'page_view', id: 'a', path: '/', ago_ms: 1_500 }], NOW_MS)).toEqual([
    { event: 'page_view', id: 'a', path: '/', occurred_at: '2026-01-02T03:04:03.500Z' },
  ]);
});

it('rejects a body that is not a list of events', () => {
  for (const body of [undefined, null, {}, [], ['x'], [null], [{}], [{ ago_ms: -1 }], [{ ago_ms: 'soon' }]])
    expect(fromBrowser(body, NOW_MS)).toBeUndefined();
  for (const body of [['x', { ago_ms: 1 }], [{ ago_ms: 1 }, null], [{ ago_ms: '1' }]])
    expect(fromBrowser(body, NOW_MS)).toBeUndefined();
});

it('sends no credentials without consent', async () => {
  const api = { report: vi.fn(async () => {}) };
  for (const consent of ['declined', 'signaled', 'unasked'] as const) await send({ api, consent }, [{}]);
  await send({ api, consent: 'granted' }, [{}]);
  const options = api.report.mock.calls.map((call) => (call as unknown[])[2]);
  const without = { headers: { 'x-analytics-consent': 'declined' }, identity: 'anyone' };
  expect(options).toEqual([
    without,
    without,
    without,
    { headers: { 'x-analytics-consent': 'granted' }, identity: 'shopper' },
  ]);
});

it('does not let a failure reach the shopper’s request', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  track(
    { api: { report: () => Promise.reject(new Error('away')) }, consent: 'granted' },
    { event: 'page_view', path: '/' },
  );
  await vi.waitFor(() => expect(warn).toHaveBeenCalled());
  expect(JSON.parse(warn.mock.calls[0]![0])).toEqual({ level: 'warn', message: 'event lost', error: 'Error: away' });
  warn.mockRestore();
});

it.each([
  [50, 1, true],
  [51, 1, false],
  [1, 0, true],
  [1, 86_000_000, true],
  [1, 86_000_001, false],
])('of %i events, %i ms ago, takes them: %s', (count, ago_ms, isTaken) => {
  expect(fromBrowser(Array(count).fill({ ago_ms }), NOW_MS) !== undefined).toBe(isTaken);
});

it('tracks a server event with its own time and ID', () => {
  const api = { report: vi.fn(async () => {}) };
  track({ api, consent: 'granted' }, { event: 'page_view', path: '/cart' });
  expect(api.report).toHaveBeenCalledExactlyOnceWith(
    '/events',
    {
      events: [
        {
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          occurred_at: expect.stringMatching(/^\d{4}-.*Z$/),
          event: 'page_view',
          path: '/cart',
        },
      ],
    },
    expect.anything(),
  );
});
