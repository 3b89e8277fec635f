import { allCategories } from '#lib/server/categories.ts';
import { settings } from '#lib/server/shop-settings.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = async ({ locals }) => {
  const { cookies } = locals.api;
  const counted = { cartCount: cookies.cartCount, countedAt: Date.now() };
  // A page must not fail because of its navigation: error pages use this layout, too.
  const categories = await allCategories(locals.api).catch(() => []);
  return {
    shopName: settings.shopName,
    currency: settings.currency,
    categories: categories.map(({ slug, name }) => ({ slug, name })),
    signedIn: cookies.signedIn,
    ...counted,
    consent: locals.consent,
  };
};
