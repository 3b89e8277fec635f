import type { Product } from '#lib/contracts.ts';
import { allCategories } from '#lib/server/categories.ts';
import { CATALOG_PAGE } from '#lib/server/page-cache.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, setHeaders }) => {
  const [product, categories] = await Promise.all([
    locals.api.get<Product>(`/products/${encodeURIComponent(params.id)}`, { identity: 'anyone' }),
    allCategories(locals.api),
  ]);
  setHeaders(CATALOG_PAGE);
  return { title: product.name, product, category: categories.find(({ slug }) => slug === product.category) };
};
