import { error } from '@sveltejs/kit';
import type { Product, RecommendationList } from '#lib/contracts.ts';
import { readWish, titleOf } from '#lib/recommendations.ts';
import { recommendations } from '#lib/server/recommendations.ts';
import type { PageServerLoad } from './$types';

const SHOWN = 24;

/** The lists of the rows, longer, as a page of its own: for whoever wants more, or runs no scripts. */
export const load: PageServerLoad = async ({ locals, url }) => {
  const wish = readWish(url.searchParams);
  if (!wish) error(404, 'This page doesn’t exist.');
  const [list, about] = await Promise.all([
    recommendations(locals, wish, SHOWN),
    wish.placement === 'product'
      ? locals.api.get<Product>(`/products/${encodeURIComponent(wish.productId)}`, { identity: 'anyone' })
      : undefined,
  ]);
  const again: RecommendationList | undefined =
    wish.placement === 'home' && locals.api.cookies.signedIn
      ? await recommendations(locals, { placement: 'again' }, SHOWN)
      : undefined;
  return {
    title: about ? `Pairs well with ${about.name}` : titleOf(wish, list.items),
    about: about && { id: about.id, name: about.name },
    list,
    again,
  };
};
