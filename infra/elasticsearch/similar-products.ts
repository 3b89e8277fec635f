/** Finds products with similar texts, for products that have too few purchases for the recommendation model. */
import type { estypes } from '@elastic/elasticsearch';
import type { ProductIndex } from './product-index.ts';

export interface SimilarProduct {
  /** ID of the family's lead product, which lists show. */
  id: string;
  /** Comparable within one result only. */
  score: number;
}

/** Short because a page waits for the result, but works without it. */
const TIMEOUT_MS = 1_500;
/** The name describes a product better than its other texts. */
const FIELDS = [
  { field: 'name_stems', boost: 3 },
  { field: 'tag_stems', boost: 2 },
  { field: 'description_stems', boost: 1 },
] as const;
const SAME_CATEGORY_BOOST = 2;

/** Products in stock, most similar first, for each of the given products. @param categories slugs that restrict the result, if any */
export async function similarProducts(
  index: ProductIndex,
  products: readonly { id: string; category: string | null }[],
  size: number,
): Promise<SimilarProduct[][]> {
  if (products.length === 0) return [];
  const answer = await index.client.msearch(
    { searches: products.flatMap((product) => [{ index: index.alias }, searchFor(index.alias, product, size)]) },
    { requestTimeout: TIMEOUT_MS, maxRetries: 0 },
  );
  return answer.responses.map((response) => {
    if ('error' in response) throw new Error(`Elasticsearch refused a search: ${response.error.type}`);
    return response.hits.hits.map((hit) => ({ id: hit._id!, score: hit._score ?? 0 }));
  });
}

function searchFor(
  alias: string,
  { id, category }: { id: string; category: string | null },
  size: number,
): estypes.SearchSearchRequestBody {
  return {
    size,
    _source: false,
    track_total_hits: false,
    query: {
      bool: {
        filter: [{ term: { in_stock: true } }],
        must: [
          {
            bool: {
              should: FIELDS.map(({ field, boost }) => ({
                more_like_this: {
                  fields: [field],
                  like: [{ _index: alias, _id: id }],
                  min_term_freq: 1,
                  min_doc_freq: 1,
                  max_query_terms: 20,
                  minimum_should_match: '20%',
                  boost,
                },
              })),
            },
          },
        ],
        ...(category && { should: [{ term: { category: { value: category, boost: SAME_CATEGORY_BOOST } } }] }),
      },
    },
  };
}
