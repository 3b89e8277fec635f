import { error } from '@sveltejs/kit';
import type { Product, RecommendationList } from '#lib/contracts.ts';
import { readTarget, titleOf } from '#lib/recommendations.ts';
import { recommendations } from '#lib/server/recommendations.ts';
import type { PageServerLoad } from './$types';

const PAGE_SIZE = 24;

/** A longer version of a recommendation row on its own page, for shoppers who want more or have no scripts. */
export const load: PageServerLoad = async ({ locals, url }) => {
  const target = readTarget(url.searchParams);
  if (!target) error(404, 'This page doesn’t exist.');
  const [list, about] = await Promise.all([
    recommendations(locals, target, PAGE_SIZE),
    target.placement === 'product'
      ? locals.api.get<Product>(`/products/${encodeURIComponent(target.productId)}`, { identity: 'anyone' })
      : undefined,
  ]);
  const again: RecommendationList | undefined =
    target.placement === 'home' && locals.api.cookies.signedIn
      ? await recommendations(locals, { placement: 'again' }, PAGE_SIZE)
      : undefined;
  return {
    title: about ? `Pairs well with ${about.name}` : titleOf(target, list.items),
    about: about && { id: about.id, name: about.name },
    list,
    again,
  };
};
