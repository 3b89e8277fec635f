/** Reindexing a product while Elasticsearch is down. */
import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { detailsOf } from '../../tests/support/details.ts';
import { until } from '../../tests/support/shop.ts';
import { type SkippingTemporal, startSkippingTemporal } from '../../tests/support/time-skipping.ts';

let temporal: SkippingTemporal;
beforeAll(async () => {
  temporal = await startSkippingTemporal();
});
afterAll(() => temporal?.stop());

it('says within a minute that the search index can’t be reached, and continues once it is back', async () => {
  let isAway = true;
  const reindexProduct = async () => {
    if (isAway) throw ApplicationFailure.create({ message: 'Elasticsearch can’t be reached (ConnectionError).' });
    return { outcome: 'indexed', productId: 'p1', sku: 'MUG-1', name: 'Mug', isSold: true };
  };
  await temporal.withWorker({ reindexProduct }, async () => {
    const handle = await temporal.env.client.workflow.start('reindexProduct', {
      workflowId: `reindex-${randomUUID()}`,
      taskQueue: 'catalog',
      args: [{ product: ' MUG-1 ' }],
    });
    expect(await detailsOf(handle)).toContain('The product is being reindexed.');
    await temporal.env.sleep('1 minute');
    const stopped = 'The product could not be reindexed. Elasticsearch can’t be reached';
    await until(async () => (await detailsOf(handle)).includes(stopped), 'the page to say so');
    isAway = false;
    expect(await handle.result()).toContain('“Mug” (MUG-1) was reindexed.');
    expect(await detailsOf(handle)).not.toContain('Stopped since');
  });
});
