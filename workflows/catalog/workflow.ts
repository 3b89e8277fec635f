import { queuedSteps } from '../shared/described-steps.ts';
import { showDetails } from '../shared/details.ts';
import { refuse } from '../shared/failures.ts';
import { plain } from '../shared/markdown.ts';

const steps = queuedSteps(
  {
    // Support staff wait for the result in the Temporal UI; a healthy Elasticsearch responds in milliseconds.
    startToCloseTimeout: '30 seconds',
    retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
  },
  ['reindexProduct'],
);

export interface ReindexInput {
  /** The product's SKU or ID. */
  product: string;
}

/** Reindexes a product that search shows incorrectly. Support staff start it from the Temporal UI's form, queue `catalog`. */
export async function reindexProduct(input: ReindexInput): Promise<string> {
  if (typeof input?.product !== 'string' || input.product.trim() === '')
    throw refuse('invalid_request', 'Enter the product’s SKU or ID: {"product": "MUG-1"}.');
  const product = input.product.trim();
  showDetails(() => `### Product ${plain(product)}\n\nThe product is being reindexed.`);
  const result = await steps.reindexProduct({ product });
  const summary =
    result.outcome === 'not_found'
      ? 'No product has this SKU or ID. Look it up in the shop and try again.'
      : result.isSold
        ? `“${plain(result.name)}” (${plain(result.sku)}) was reindexed. Search now shows its current data.`
        : `“${plain(result.name)}” (${plain(result.sku)}) is no longer sold and was removed from the search index.`;
  showDetails(() => `### Product ${plain(product)}\n\n${summary}`);
  return summary;
}
