/** The retraining state that administrators see when its workflow can't be queried. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signedIn } from '../../tests/support/accounts.ts';
import { startTestShop, type TestShop } from '../../tests/support/shop.ts';
import { RETRAINING_ID } from '../../workflows/recommendations/messages.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop();
});
afterAll(() => shop?.stop());

it('is idle after its workflow was terminated before its first task', async () => {
  const { workflow } = shop.services.temporal;
  const handle = await workflow.start('recommendationRetraining', {
    workflowId: RETRAINING_ID,
    taskQueue: 'served-by-nobody',
    args: [],
    workflowIdConflictPolicy: 'TERMINATE_EXISTING',
  });
  await handle.terminate('the test is over');
  const admin = await signedIn(shop, 'admin');
  const seen = await admin.call('GET', '/admin/recommendations');
  expect([seen.status, seen.body.retraining]).toEqual([
    200,
    { workflow_id: RETRAINING_ID, stage: 'idle', progress: 0, last: null },
  ]);
});
