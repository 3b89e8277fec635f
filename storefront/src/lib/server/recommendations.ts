/** Asks the API for lists of chosen products. */
import type { RecommendationChoices, RecommendationList } from '#lib/contracts.ts';
import type { Wish } from '#lib/recommendations.ts';
import type { Api, ApiOptions } from './api.ts';
import type { Consent } from './consent.ts';

interface Asker {
  api: Pick<Api, 'get'>;
  consent: Consent;
}

/** @param limit most items, 1–30 @throws ApiProblem */
export async function recommendations(asker: Asker, wish: Wish, limit: number): Promise<RecommendationList> {
  // What was looked at is used with the same consent with which it is kept.
  const headers = { 'x-analytics-consent': asker.consent === 'granted' ? 'granted' : 'declined' };
  const ask = (path: string, options: ApiOptions) => asker.api.get<RecommendationList>(path, { headers, ...options });
  switch (wish.placement) {
    case 'home':
      return ask('/recommendations', { query: { limit } });
    case 'again': {
      const { model, items } = await ask('/recommendations', { query: { repeats: 'true', limit: 30 } });
      return { model, items: items.filter(({ reason }) => reason.kind === 'again').slice(0, limit) };
    }
    case 'product':
      return ask(`/products/${encodeURIComponent(wish.productId)}/similar`, { query: { limit }, identity: 'anyone' });
    case 'cart':
      return ask('/cart/suggestions', { query: { limit } });
  }
}

/** What somebody chose about being recommended to; undefined for a browser that nothing is known of. @throws ApiProblem */
export async function readChoices(api: Api): Promise<RecommendationChoices | undefined> {
  if (!api.cookies.signedIn && api.cookies.guestId === undefined) return undefined;
  return api.get<RecommendationChoices>('/recommendations/choices');
}
