import { allCategories } from '#lib/server/categories.ts';
import { settings } from '#lib/server/shop-settings.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = async ({ locals, depends }) => {
  depends('shop:cart');
  const { cookies } = locals.api;
  // A page must not fail because of its navigation: error pages use this layout, too.
  const categories = await allCategories(locals.api).catch(() => []);
  return {
    shopName: settings.shopName,
    currency: settings.currency,
    categories: categories.map(({ slug, name }) => ({ slug, name })),
    signedIn: cookies.signedIn,
    cartCount: cookies.cartCount,
    consent: locals.consent,
  };
};
