import { error } from '@sveltejs/kit';
import { readPrices, readSort } from '#lib/catalog-query.ts';
import type { ProductPage } from '#lib/contracts.ts';
import { allCategories } from '#lib/server/categories.ts';
import { CATALOG_PAGE } from '#lib/server/page-cache.ts';
import type { PageServerLoad } from './$types';

const PAGE_SIZE = 24;

export const load: PageServerLoad = async ({ locals, params, url, setHeaders }) => {
  const categories = await allCategories(locals.api);
  const category = categories.find(({ slug }) => slug === params.slug);
  if (!category) error(404, 'This category doesn’t exist.');

  const sort = readSort(url.searchParams);
  const prices = readPrices(url.searchParams);
  const cursor = url.searchParams.get('cursor');
  const { items, next_cursor } = await locals.api.get<ProductPage>('/products', {
    query: { category: category.slug, sort, min_price: prices.min, max_price: prices.max, cursor, limit: PAGE_SIZE },
    identity: 'anyone',
  });
  setHeaders(CATALOG_PAGE);
  return { title: category.name, category, items, nextCursor: next_cursor, first: cursor === null, sort, prices };
};
