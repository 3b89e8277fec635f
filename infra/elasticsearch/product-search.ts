/** Searches products by stems in name, tags, and description, after correcting words that no product contains. */
import type { estypes } from '@elastic/elasticsearch';
import { normalizeSku, type ProductIndex } from './product-index.ts';
import { correctedQuery, suggestCorrections } from './query-correction.ts';
import { adjacentPairs, type ParsedQuery, parseQuery } from './text.ts';

export interface SearchRequest {
  query: string;
  categories: string[];
  minPriceCents?: number;
  maxPriceCents?: number;
  /** Hits to skip; `offset + size` ≤ 10,000. */
  offset: number;
  size: number;
}

export interface ShownProduct {
  id: string;
  sku: string;
  name: string;
  priceCents: number;
  currency: string;
  imageUrl: string;
  inStock: boolean;
  familyId: string | null;
  category: string | null;
}

export interface SearchResult {
  products: ShownProduct[];
  total: number;
  /** The query that was searched instead, when a word was corrected. */
  correctedQuery: string | null;
  categories: { slug: string; name: string; count: number }[];
  /** Both bounds included, as in a request. */
  priceRanges: { fromCents: number | null; toCents: number | null; count: number }[];
}

/** The seed's price ranges: below 50, 50 to 100, 100 to 200, above 200. */
const PRICE_RANGES_CENTS = [
  { to: 50_00 },
  { from: 50_00, to: 100_00 },
  { from: 100_00, to: 200_00 },
  { from: 200_00 },
] as const;

// Weights tuned on rated searches (docs/decisions/0006-search.md).
const FIELDS = ['name_stems^8', 'tag_stems^5', 'description_stems'];
const PAIR_BOOST = 2;
/** Far above any score by words. */
const SKU_BOOST = 10_000;
const SKU_QUERY = 'sku';
/** At least three characters without spaces, among them a digit: "MUG-1" and "8021", but not "mug". */
const PART_OF_SKU = /^(?=.*\d)\S{3,}$/;

export async function searchProducts(index: ProductIndex, request: SearchRequest): Promise<SearchResult> {
  const parsed = parseQuery(request.query);
  const first = await run(index, request, parsed, true);
  const corrected = hasSku(first) ? undefined : await correctedQuery(index, parsed, first.suggest?.words);
  if (!corrected) return toResult(first, null);
  const second = await run(index, request, corrected, false);
  return toResult(second, corrected.words.join(' '));
}

/** Whether the query is the SKU of a product, and so not a misspelled word. */
function hasSku(answer: Answer): boolean {
  const matched = answer.hits.hits[0]?.matched_queries;
  return Array.isArray(matched) && matched.includes(SKU_QUERY);
}

type Answer = estypes.SearchResponse<{ shown: ShownProduct }, Record<string, estypes.AggregationsAggregate>>;

function run(index: ProductIndex, request: SearchRequest, parsed: ParsedQuery, suggest: boolean): Promise<Answer> {
  const byCategory: estypes.QueryDslQueryContainer[] =
    request.categories.length > 0 ? [{ terms: { category: request.categories } }] : [];
  const byPrice: estypes.QueryDslQueryContainer[] =
    request.minPriceCents !== undefined || request.maxPriceCents !== undefined
      ? [{ range: { price_cents: { gte: request.minPriceCents, lte: request.maxPriceCents } } }]
      : [];
  return index.client.search<{ shown: ShownProduct }, Record<string, estypes.AggregationsAggregate>>({
    index: index.alias,
    from: request.offset,
    size: request.size,
    _source: ['shown'],
    track_total_hits: true,
    query: toQuery(parsed, request.query),
    ...(parsed.wanted.length === 0 && { sort: [{ created_at: 'desc' as const }] }),
    // A facet ignores its own filter, so that its other values stay selectable.
    post_filter: { bool: { filter: [...byCategory, ...byPrice] } },
    aggs: {
      categories: {
        filter: { bool: { filter: byPrice } },
        aggs: {
          slugs: {
            terms: { field: 'category', size: 100 },
            aggs: { name: { terms: { field: 'category_name', size: 1 } } },
          },
        },
      },
      prices: {
        filter: { bool: { filter: byCategory } },
        aggs: { ranges: { range: { field: 'price_cents', ranges: [...PRICE_RANGES_CENTS] } } },
      },
    },
    ...(suggest && parsed.words.length > 0 && { suggest: suggestCorrections(parsed) }),
  } as estypes.SearchRequest);
}

function toQuery({ wanted, unwanted }: ParsedQuery, entered: string): estypes.QueryDslQueryContainer {
  if (wanted.length === 0) return { match_all: {} };
  const pairs = adjacentPairs(wanted);
  return {
    bool: {
      must: [
        { bool: { should: [{ combined_fields: { query: wanted.join(' '), fields: FIELDS } }, ...bySku(entered)] } },
      ],
      should: pairs.length > 0 ? [{ match: { name_pairs: { query: pairs.join(' '), boost: PAIR_BOOST } } }] : [],
      must_not: unwanted.length > 0 ? [{ match: { name_stems: unwanted.join(' ') } }] : [],
    },
  };
}

/** A product with exactly the entered SKU comes first, then products whose SKU starts with it. */
function bySku(entered: string): estypes.QueryDslQueryContainer[] {
  const sku = normalizeSku(entered);
  const exact = { constant_score: { filter: { term: { skus: sku } }, boost: SKU_BOOST, _name: SKU_QUERY } };
  if (!PART_OF_SKU.test(sku)) return [exact];
  return [exact, { constant_score: { filter: { prefix: { skus: sku } }, boost: SKU_BOOST / 2 } }];
}

function toResult(answer: Answer, correctedQuery: string | null): SearchResult {
  const { total } = answer.hits;
  const categories = answer.aggregations?.categories as unknown as {
    slugs: { buckets: { key: string; doc_count: number; name: { buckets: { key: string }[] } }[] };
  };
  const prices = answer.aggregations?.prices as unknown as {
    ranges: { buckets: { from?: number; to?: number; doc_count: number }[] };
  };
  return {
    products: answer.hits.hits.map((hit) => hit._source!.shown),
    total: typeof total === 'number' ? total : (total?.value ?? 0),
    correctedQuery,
    categories: categories.slugs.buckets.map((bucket) => ({
      slug: bucket.key,
      name: bucket.name.buckets[0]?.key ?? bucket.key,
      count: bucket.doc_count,
    })),
    priceRanges: prices.ranges.buckets.map((bucket) => ({
      fromCents: bucket.from ?? null,
      // Elasticsearch's upper bound is exclusive.
      toCents: bucket.to === undefined ? null : bucket.to - 1,
      count: bucket.doc_count,
    })),
  };
}

/** Names with the typed text at the start of any word; one typo is tolerated. */
export async function suggestProducts(
  index: ProductIndex,
  typed: string,
  size: number,
): Promise<{ id: string; name: string }[]> {
  const answer = await index.client.search<{ shown: ShownProduct }>({
    index: index.alias,
    size: 0,
    _source: ['shown.id', 'shown.name'],
    suggest: {
      names: {
        prefix: typed,
        completion: {
          field: 'suggest',
          size: size * 2,
          skip_duplicates: true,
          fuzzy: { fuzziness: 'AUTO', min_length: 4, prefix_length: 1 },
        },
      },
    },
  });
  const options = (answer.suggest?.names?.[0]?.options ?? []) as unknown as { _source: { shown: ShownProduct } }[];
  const seen = new Map<string, { id: string; name: string }>();
  for (const option of options) {
    const { id, name } = option._source.shown;
    if (!seen.has(name)) seen.set(name, { id, name });
  }
  return [...seen.values()].slice(0, size);
}
