/** Histories of retrainings with each outcome, and of runs that wait: each retraining is one run of the workflow, which then continues as new. */
import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { Services } from '../../infra/services.ts';
import {
  cancelRetrainingUpdate,
  type LastRetraining,
  RETRAINING_ID,
  RETRAINING_QUEUE,
  type RetrainingStage,
  retrainingQuery,
  retrainUpdate,
  rollbackUpdate,
} from '../../workflows/recommendations/messages.ts';
import type { StaffRequest } from '../../workflows/shared/staff.ts';
import { clearPurchases, makePurchases } from './retraining.ts';
import { until } from './shop.ts';

const PURCHASES = { shoppers: 400, products: 120, orders: 3_000, days: 100 };

type Save = (handle: WorkflowHandle, name: string) => Promise<void>;

export async function saveRetrainingHistories(services: Services, save: Save): Promise<void> {
  const { workflow } = services.temporal;
  const newest = () => workflow.getHandle(RETRAINING_ID);
  const runNow = async () => workflow.getHandle(RETRAINING_ID, (await newest().describe()).runId);
  const request = (): { args: [StaffRequest] } => ({
    args: [{ requestId: randomUUID(), requestedBy: 'Anna', reason: 'New range' }],
  });
  const atStage = (stage: RetrainingStage) =>
    until(async () => (await newest().query(retrainingQuery)).stage === stage, `the stage ${stage}`, 60_000);
  const ended = (outcome: LastRetraining['outcome'], since: string) =>
    until(
      async () => {
        const { stage, last } = await newest().query(retrainingQuery);
        return stage === 'idle' && last?.outcome === outcome && last.at >= since;
      },
      `a retraining that is ${outcome}`,
      90_000,
    );
  const retrain = async (outcome: LastRetraining['outcome'], during = async () => {}) => {
    const since = new Date().toISOString();
    const run = await runNow();
    await newest().executeUpdate(retrainUpdate, request());
    await during();
    await ended(outcome, since);
    await save(run, outcome);
  };
  await makePurchases(services, PURCHASES);
  const begun = new Date().toISOString();
  const first = await workflow.start('recommendationRetraining', {
    workflowId: `form-${randomUUID()}`,
    taskQueue: RETRAINING_QUEUE,
    args: [],
  });
  await first.result();
  await save(first, 'handed-over');
  const firstRun = await runNow();
  await ended('published', begun);
  await save(firstRun, 'published-first');
  await retrain('published');
  await newest().executeUpdate(rollbackUpdate, request());
  await save(await runNow(), 'rolled-back-and-waiting');
  await retrain('canceled', async () => {
    await atStage('train');
    await save(await runNow(), 'training');
    await newest().executeUpdate(cancelRetrainingUpdate, request());
  });
  await clearPurchases(services);
  await makePurchases(services, { ...PURCHASES, orders: 1_000 });
  await retrain('kept');
  await save(await runNow(), 'waiting');
}
