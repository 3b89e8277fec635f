/** Reads lists of recommended products from the API. */
import type { RecommendationChoices, RecommendationList } from '#lib/contracts.ts';
import type { RecommendationTarget } from '#lib/recommendations.ts';
import type { Api, ApiOptions } from './api.ts';
import type { Consent } from './consent.ts';

interface Requester {
  api: Pick<Api, 'get'>;
  consent: Consent;
}

/** @param limit maximum number of items, 1–30 @throws ApiProblem */
export async function recommendations(
  requester: Requester,
  target: RecommendationTarget,
  limit: number,
): Promise<RecommendationList> {
  // Viewed products are used only with the consent under which they are stored.
  const headers = { 'x-analytics-consent': requester.consent === 'granted' ? 'granted' : 'declined' };
  const ask = (path: string, options: ApiOptions) =>
    requester.api.get<RecommendationList>(path, { headers, ...options });
  switch (target.placement) {
    case 'home':
      return ask('/recommendations', { query: { limit } });
    case 'again': {
      const { model, items } = await ask('/recommendations', { query: { repeats: 'true', limit: 30 } });
      return { model, items: items.filter(({ reason }) => reason.kind === 'again').slice(0, limit) };
    }
    case 'product':
      return ask(`/products/${encodeURIComponent(target.productId)}/similar`, { query: { limit }, identity: 'anyone' });
    case 'cart':
      return ask('/cart/suggestions', { query: { limit } });
  }
}

/** The shopper’s recommendation settings; undefined for a browser without a cart or an account. @throws ApiProblem */
export async function readChoices(api: Api): Promise<RecommendationChoices | undefined> {
  if (!api.cookies.signedIn && api.cookies.guestId === undefined) return undefined;
  return api.get<RecommendationChoices>('/recommendations/choices');
}
