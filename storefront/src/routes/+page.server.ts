import type { ProductPage } from '#lib/contracts.ts';
import { allCategories } from '#lib/server/categories.ts';
import { CATALOG_PAGE } from '#lib/server/page-cache.ts';
import type { PageServerLoad } from './$types';

const NEW_ARRIVALS = 8;

export const load: PageServerLoad = async ({ locals, setHeaders }) => {
  const [categories, newest] = await Promise.all([
    allCategories(locals.api),
    locals.api.get<ProductPage>('/products', { query: { sort: 'newest', limit: NEW_ARRIVALS }, identity: 'anyone' }),
  ]);
  setHeaders(CATALOG_PAGE);
  return { tiles: categories, arrivals: newest.items };
};
