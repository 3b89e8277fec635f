import { durableSteps, queuedSteps } from '../shared/described-steps.ts';
import { showDetails } from '../shared/details.ts';
import { plain, stoppedText } from '../shared/markdown.ts';
import { requiredText } from '../shared/staff.ts';
import { requireForm, type StartForm } from '../shared/start-form.ts';
import { StuckSteps } from '../shared/stuck-steps.ts';

const STEPS = ['reindexProduct'] as const;
// A healthy Elasticsearch responds in milliseconds; staff, who wait for the result, see soon that it does not.
const attempt = { taskQueue: 'catalog', startToCloseTimeout: '30 seconds' } as const;
const retry = { initialInterval: '1 second', maximumInterval: '1 minute' } as const;
const steps = durableSteps(
  queuedSteps({ ...attempt, scheduleToCloseTimeout: '30 seconds', retry }, STEPS),
  queuedSteps({ ...attempt, scheduleToCloseTimeout: '1 day', retry }, STEPS),
);

export const REINDEX_FORM: StartForm = {
  example: { product: 'MUG-1' },
  fields: { product: requiredText('“product” (the SKU or ID)', 100) },
};

export interface ReindexInput {
  /** The product's SKU or ID. */
  product: string;
}

/** Reindexes a product that search shows incorrectly. Support staff start it from the Temporal UI's form, queue `catalog`. */
export async function reindexProduct(input: ReindexInput): Promise<string> {
  requireForm(input, REINDEX_FORM);
  const product = input.product.trim();
  const stuck = new StuckSteps();
  showDetails(() =>
    [
      `### Product ${plain(product)}`,
      ...stoppedText(stuck.current, 'It is retried automatically at least every minute.'),
      'The product is being reindexed.',
    ].join('\n\n'),
  );
  const result = await stuck.retry('The product could not be reindexed', steps.reindexProduct({ product }));
  const summary =
    result.outcome === 'not_found'
      ? 'No product has this SKU or ID. Look it up in the shop and try again.'
      : result.isSold
        ? `“${plain(result.name)}” (${plain(result.sku)}) was reindexed. Search now shows its current data.`
        : `“${plain(result.name)}” (${plain(result.sku)}) is no longer sold and was removed from the search index.`;
  showDetails(() => `### Product ${plain(product)}\n\n${summary}`);
  return summary;
}
