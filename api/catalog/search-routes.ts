import type { z } from 'zod';
import { minorDigits } from '../../domain/currencies.ts';
import { DomainError } from '../../domain/errors.ts';
import { toDecimal } from '../../domain/money.ts';
import { type SearchResult, searchProducts, suggestProducts } from '../../infra/elasticsearch/product-search.ts';
import { CATALOG_TAG } from '../../infra/redis/cache-keys.ts';
import { answerCached } from '../cached-json.ts';
import type { ApiContext, ApiDependencies } from '../context.ts';
import { type SearchPage, searchPage, searchQuery, suggestions, suggestQuery } from '../contracts/search.ts';
import { gives } from '../responses.ts';
import { declareRoutes } from '../route.ts';

/** Elasticsearch returns only the first 10,000 hits. */
const DEEPEST_HIT = 10_000;
/** Requests for the same search share one query. A catalog change invalidates it immediately. */
const CACHE_SECONDS = 60;

export const searchRoutes = declareRoutes(
  (deps) => deps,
  (route) => [
    route({
      method: 'get',
      path: '/search',
      tag: 'Search',
      summary: 'Search products',
      access: 'public',
      limit: 'catalog',
      query: searchQuery,
      ok: gives('Search results and facets', searchPage),
      problems: { 503: 'Search is unavailable' },
      async respond({ ctx, query }, deps) {
        const offset = (query.page - 1) * query.limit;
        if (offset + query.limit > DEEPEST_HIT)
          throw new DomainError('invalid_request', 'Search returns only the first 10,000 results. Narrow the search.');
        const generation = await deps.cache.generation(CATALOG_TAG);
        await answerCached(ctx, deps.cache, `search:${generation}:${JSON.stringify(query)}`, CACHE_SECONDS, () =>
          search(ctx, query, offset, deps),
        );
      },
    }),

    route({
      method: 'get',
      path: '/search/suggest',
      tag: 'Search',
      summary: 'Autocomplete a search query',
      access: 'public',
      limit: 'catalog',
      query: suggestQuery,
      ok: gives('Product names', suggestions),
      problems: { 503: 'Search is unavailable' },
      async handle({ ctx, query }, { productIndex, log }) {
        const names = await answered(ctx, log, () => suggestProducts(productIndex, query.q, query.limit));
        ctx.set('Cache-Control', 'public, max-age=0, s-maxage=60');
        return { items: names.map(({ id, name }) => ({ text: name, product_id: id })) };
      },
    }),
  ],
);

async function search(
  ctx: ApiContext,
  query: z.output<typeof searchQuery>,
  offset: number,
  { productIndex, settings, log }: ApiDependencies,
): Promise<SearchPage> {
  // Prices are multiples of the currency's minor unit, so a bound between two of them is rounded inward.
  const cents = (value: number | undefined, round: (value: number) => number) =>
    value === undefined ? undefined : round(Number((value * 10 ** minorDigits(settings.CURRENCY)).toFixed(6)));
  const result = await answered(ctx, log, () =>
    searchProducts(productIndex, {
      query: query.q,
      categories: query.category,
      minPriceCents: cents(query.min_price, Math.ceil),
      maxPriceCents: cents(query.max_price, Math.floor),
      offset,
      size: query.limit,
    }),
  );
  return present(result, settings.CURRENCY);
}

/** Runs a search. @throws DomainError unavailable, so that the page can show the rest of the shop without search */
async function answered<Result>(
  ctx: ApiContext,
  log: ApiDependencies['log'],
  ask: () => Promise<Result>,
): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    log.error({ err: error, requestId: ctx.state.requestId }, 'search: Elasticsearch is unavailable');
    throw new DomainError('unavailable', 'Search is unavailable. Browse the categories or try again in a moment.', {
      retryable: true,
    });
  }
}

function present(result: SearchResult, currency: string): SearchPage {
  const bound = (cents: number | null) => (cents === null ? null : toDecimal(cents, currency));
  return {
    items: result.products.map((product) => ({
      id: product.id,
      sku: product.sku,
      name: product.name,
      price: toDecimal(product.priceCents, product.currency),
      currency: product.currency,
      image_url: product.imageUrl,
      category: product.category,
      in_stock: product.inStock,
      family_id: product.familyId,
    })),
    total: result.total,
    corrected_query: result.correctedQuery,
    facets: {
      categories: result.categories,
      price_ranges: result.priceRanges.map((range) => ({
        from: bound(range.fromCents),
        to: bound(range.toCents),
        count: range.count,
      })),
    },
  };
}
