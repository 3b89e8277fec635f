/** Retrying thousands of stopped cases: one bounded batch after the other, across runs of the workflow. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { detailsOf } from '../../tests/support/details.ts';
import { type SkippingTemporal, startSkippingTemporal } from '../../tests/support/time-skipping.ts';
import type { BatchRequest, RetriedBatch } from './messages.ts';

let temporal: SkippingTemporal;
beforeAll(async () => {
  temporal = await startSkippingTemporal();
});
afterAll(() => temporal?.stop());

const PAGES = 120;

it('goes through all pages with one request ID, continues as new, and adds up what became of the cases', async () => {
  const requests: BatchRequest[] = [];
  const retryStoppedBatch = async (request: BatchRequest): Promise<RetriedBatch> => {
    requests.push(request);
    const page = Number(request.pageToken ?? 1);
    return {
      retried: 97,
      done: 1,
      refused: 1,
      unreachable: 1,
      unreachableIds: [`order-${page}`],
      ...(page === 1 && { total: 100 * PAGES }),
      ...(page < PAGES && { nextPageToken: `${page + 1}` }),
    };
  };
  await temporal.withWorker({ retryStoppedBatch }, async () => {
    const { workflow } = temporal.env.client;
    const handle = await workflow.start('retryStopped', {
      workflowId: `retry-${randomUUID()}`,
      taskQueue: 'catalog',
      args: [{ requestedBy: 'Anna', reason: 'Stripe is back' }],
    });
    expect(await handle.result()).toMatch(
      /^Retried 11640 cases; 120 have .*; 120 refunds were .*; 120 could not be reached\.$/,
    );
    const page = await detailsOf(workflow.getHandle(handle.workflowId));
    expect(page.match(/- \[order-/g)).toHaveLength(20);
    expect((await workflow.getHandle(handle.workflowId).describe()).historyLength).toBeLessThan(1_000);
  });
  expect(requests.map(({ pageToken }) => pageToken ?? '1')).toEqual(
    Array.from({ length: PAGES }, (_, page) => `${page + 1}`),
  );
  expect(new Set(requests.map(({ requestId }) => requestId)).size).toBe(1);
  expect(requests[0]).toMatchObject({ requestedBy: 'Anna', reason: 'Stripe is back' });
});
