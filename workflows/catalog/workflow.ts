import { queuedSteps } from '../shared/described-steps.ts';
import { showDetails } from '../shared/details.ts';
import { refuse } from '../shared/failures.ts';
import { plain } from '../shared/markdown.ts';

const { reindexProduct: reindex } = queuedSteps({
  // The caller waits for it in the UI; Elasticsearch answers in milliseconds when it is well.
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

export interface ReindexInput {
  /** The product's SKU, or its id. */
  product: string;
}

/** Started by support at the UI's form, queue `catalog`: a product that search shows wrongly is written into the index anew. */
export async function reindexProduct(input: ReindexInput): Promise<string> {
  if (typeof input?.product !== 'string' || input.product.trim() === '')
    throw refuse('invalid_request', 'Name the product by its SKU or its id: {"product": "MUG-1"}.');
  const product = input.product.trim();
  showDetails(() => `### Product ${plain(product)}\n\nIt is being written into the search index.`);
  const result = await reindex({ product });
  const summary =
    result.outcome === 'not_found'
      ? 'There is no product with this SKU or id. Look it up in the shop, and start again.'
      : result.isSold
        ? `“${plain(result.name)}” (${plain(result.sku)}) is in the search index as it is now.`
        : `“${plain(result.name)}” (${plain(result.sku)}) is no longer sold: it was taken out of the search index.`;
  showDetails(() => `### Product ${plain(product)}\n\n${summary}`);
  return summary;
}
