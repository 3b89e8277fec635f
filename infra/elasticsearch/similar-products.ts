/** Products that are like another one by what is written of them; for those of which nobody's purchases tell yet. */
import type { estypes } from '@elastic/elasticsearch';
import type { ProductIndex } from './product-index.ts';

export interface SimilarProduct {
  /** Of the product that a list shows: a family's lead. */
  id: string;
  /** Comparable within one answer only. */
  score: number;
}

/** A page waits for it, and does well without. */
const TIMEOUT_MS = 1_500;
/** What a thing is called says more of it than what else is said. */
const FIELDS = [
  { field: 'name_stems', boost: 3 },
  { field: 'tag_stems', boost: 2 },
  { field: 'description_stems', boost: 1 },
] as const;
const SAME_CATEGORY_BOOST = 2;

/** In stock, the likest first, for each of the products. @param categories slugs, where there are any */
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
