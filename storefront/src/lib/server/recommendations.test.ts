import { expect, it } from 'vitest';
import type { RecommendationList } from '#lib/contracts.ts';
import type { Api, ApiOptions } from './api.ts';
import type { Consent } from './consent.ts';
import { readChoices, recommendations } from './recommendations.ts';
import { ShopCookies } from './shop-cookies.ts';
import { MemoryCookies } from './testing.ts';

const item = (id: string, kind: RecommendationList['items'][number]['reason']['kind']) =>
  ({ id, reason: { kind, text: '', product_id: null } }) as RecommendationList['items'][number];

/** An API that records requests and responds with one product bought before and one related to it. */
function requester(consent: Consent) {
  const requested: { path: string; options: ApiOptions }[] = [];
  const get = async <Result>(path: string, options: ApiOptions = {}) => {
    requested.push({ path, options });
    return { model: 'm-1', items: [item('tea', 'again'), item('pot', 'bought')] } as Result;
  };
  return { requested, api: { get }, consent };
}

it('sends the consent with requests for personal lists', async () => {
  for (const [consent, header] of [
    ['granted', 'granted'],
    ['unasked', 'declined'],
    ['signaled', 'declined'],
  ] as const) {
    const client = requester(consent);
    await recommendations(client, { placement: 'home' }, 10);
    expect(client.requested).toEqual([
      { path: '/recommendations', options: { headers: { 'x-analytics-consent': header }, query: { limit: 10 } } },
    ]);
  }
});

it('requests a product’s list without credentials', async () => {
  const client = requester('granted');
  await recommendations(client, { placement: 'product', productId: 'a b' }, 8);
  expect(client.requested[0]).toMatchObject({ path: '/products/a%20b/similar', options: { identity: 'anyone' } });
});

it('returns only products bought before in the buy-again list', async () => {
  const { model, items } = await recommendations(requester('declined'), { placement: 'again' }, 10);
  expect(model).toBe('m-1');
  expect(items.map(({ id }) => id)).toEqual(['tea']);
});

it('requests enough products for the buy-again list and returns at most the limit', async () => {
  const client = requester('granted');
  expect((await recommendations(client, { placement: 'again' }, 0)).items).toEqual([]);
  const headers = { 'x-analytics-consent': 'granted' };
  expect(client.requested).toEqual([
    { path: '/recommendations', options: { headers, query: { repeats: 'true', limit: 30 } } },
  ]);
});

it.each([
  [{ placement: 'cart' }, '/cart/suggestions'],
  [{ placement: 'product', productId: 'p' }, '/products/p/similar'],
] as const)('requests %j with its limit', async (target, path) => {
  const client = requester('granted');
  await recommendations(client, target, 8);
  expect(client.requested).toEqual([{ path, options: expect.objectContaining({ query: { limit: 8 } }) }]);
});

it.each([
  [{ holdfast_guest: 'cart-1' }, ['/recommendations/choices']],
  [{ holdfast_refresh: 'r' }, ['/recommendations/choices']],
  [{}, []],
])('reads the settings of a browser with %j from %j', async (cookies, paths) => {
  const { requested, api } = requester('granted');
  const known = new ShopCookies(new MemoryCookies(cookies as Record<string, string>), true);
  const choices = await readChoices({ ...api, cookies: known } as unknown as Api);
  expect(requested.map(({ path }) => path)).toEqual(paths);
  expect(choices !== undefined).toBe(paths.length > 0);
});
