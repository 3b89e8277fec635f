import { redirect } from '@sveltejs/kit';
import { linkWith, MAX_PAGE, readPage, readPrices } from '#lib/catalog-query.ts';
import type { SearchPage } from '#lib/contracts.ts';
import { CATALOG_PAGE } from '#lib/server/page-cache.ts';
import type { PageServerLoad } from './$types';

const PAGE_SIZE = 24;
const MAX_QUERY_LENGTH = 200;

export const load: PageServerLoad = async ({ locals, url, setHeaders }) => {
  const query = (url.searchParams.get('q') ?? '').trim().slice(0, MAX_QUERY_LENGTH);
  const categories = url.searchParams.getAll('category').filter(Boolean);
  const prices = readPrices(url.searchParams);
  const page = readPage(url.searchParams);
  const found = await locals.api.get<SearchPage>('/search', {
    query: { q: query, category: categories, min_price: prices.min, max_price: prices.max, page, limit: PAGE_SIZE },
    identity: 'anyone',
  });
  setHeaders(CATALOG_PAGE);
  const pages = Math.min(MAX_PAGE, Math.max(1, Math.ceil(found.total / PAGE_SIZE)));
  if (page > pages) redirect(307, linkWith(url.searchParams, { page: pages }));
  return { title: query ? `Search: ${query}` : 'All products', query, categories, prices, page, pages, found };
};
