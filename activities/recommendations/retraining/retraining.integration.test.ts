/** Retrainings on real servers: publications, refusals, and recovery from killed workers and processes. */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi } from '../../../api/server.ts';
import { decodeModel } from '../../../domain/recommendations/served-model.ts';
import { readArtifact } from '../../../infra/postgres/artifacts.ts';
import { signedIn } from '../../../tests/support/accounts.ts';
import {
  clearPurchases,
  makePurchases,
  type RetrainingShop,
  startRetrainingShop,
  type WorkerProcess,
} from '../../../tests/support/retraining.ts';
import { type TestShop, until } from '../../../tests/support/shop.ts';
import {
  cancelRetrainingUpdate,
  type LastRetraining,
  RETRAINING_ID,
  RETRAINING_QUEUE,
  type RetrainingStage,
  retrainingQuery,
  rollbackUpdate,
} from '../../../workflows/recommendations/messages.ts';

const GOOD = { shoppers: 400, products: 120, orders: 3_000, days: 100 };
const ASKED = { requestedBy: 'Anna', reason: 'test' };
/** The program of each training process. */
const PROGRAM = join(import.meta.dirname, 'job.ts');

let shop: RetrainingShop;
let worker: WorkerProcess;
let api: Awaited<ReturnType<typeof startApi>>;
beforeAll(async () => {
  shop = await startRetrainingShop();
  worker = await shop.startWorkerProcess();
  api = await startApi(shop.services);
  await makePurchases(shop.services, GOOD);
}, 120_000);
afterAll(async () => {
  await api?.stop();
  await shop?.stop();
}, 60_000);

const workflow = () => shop.services.temporal.workflow.getHandle(RETRAINING_ID);
const view = () => workflow().query(retrainingQuery);

async function admin() {
  return signedIn({ services: shop.services, api } as unknown as TestShop, 'admin');
}

/** Requests a retraining through the API and waits for its end. */
async function retrain(body: object = {}): Promise<LastRetraining> {
  const since = new Date().toISOString();
  const asked = await (await admin()).call('POST', '/admin/recommendations/retrain', body);
  expect(asked).toMatchObject({ status: 202, body: { workflow_id: RETRAINING_ID } });
  return ended(since);
}

async function ended(since: string): Promise<LastRetraining> {
  return until(
    async () => {
      const { stage, last } = await view();
      return stage === 'idle' && last && last.at >= since ? last : undefined;
    },
    'the retraining to end',
    90_000,
  );
}

async function serving(): Promise<string | undefined> {
  return (await shop.services.db.row<{ id: string }>('select model_id as id from recommendation_serving'))?.id;
}

/** Owners of stored data: models, and retrainings that left data behind. */
async function owners(): Promise<string[]> {
  const rows = await shop.services.db.rows<{ owner: string }>(
    'select owner from recommendation_artifacts union select owner from recommendation_parts order by owner',
  );
  return rows.map(({ owner }) => owner);
}

const rollBack = (request: object = {}) =>
  workflow().executeUpdate(rollbackUpdate, { args: [{ requestId: randomUUID(), ...ASKED, ...request }] });

/** Training processes of a worker that already run the program; pausing one before that would pause its worker too. */
function jobsOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`)
    .flatMap((thread) => childrenOf(pid, thread))
    .map(Number)
    .filter(runsProgram);
}

/** A new process is first a copy of its worker, which waits until the process runs the program. */
function runsProgram(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(PROGRAM);
  } catch {
    return false;
  }
}

/** Returns nothing for a thread that has ended since it was listed. */
function childrenOf(pid: number, thread: string): string[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8');
    return children.split(' ').filter((child) => child !== '');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

/**
 * Pauses the training processes of a stage, so that they can't complete. Each process is paused before the stage is queried, since a short
 * stage could end before the response.
 */
async function frozen(stage: RetrainingStage): Promise<number[]> {
  const jobs = await until(
    async () => {
      const found = jobsOf(worker.pid).filter(isAlive);
      for (const job of found) signal(job, 'SIGSTOP');
      const isReached = found.length > 0 && (await view()).stage === stage;
      if (!isReached) for (const job of found) signal(job, 'SIGCONT');
      return isReached ? found : undefined;
    },
    `the stage ${stage}`,
    60_000,
  );
  expect((await view()).stage).toBe(stage);
  return jobs;
}

/** A process that has ended in the meantime needs no signal. */
function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

describe('the publication check', () => {
  it('publishes the first model that beats bestsellers', async () => {
    const last = await retrain({ reason: 'first' });
    expect(last.outcome, last.sentence).toBe('published');
    expect(last.sentence).toContain('bestsellers');
    const id = (await serving())!;
    expect(id).toMatch(/^m-\d{8}-\d{6}-[\da-f]{4}$/);
    expect(decodeModel((await readArtifact(shop.services.db, id, 'model'))!).items).toHaveLength(GOOD.products);
    expect(await owners()).toEqual([id]);
  }, 120_000);

  it('keeps the served model when half of the purchases are missing', async () => {
    const before = await serving();
    await clearPurchases(shop.services);
    await makePurchases(shop.services, { ...GOOD, orders: 1_000 });
    const last = await retrain();
    expect(last).toMatchObject({ outcome: 'kept', sentence: expect.stringContaining('less than half') });
    expect(await serving()).toBe(before);
    expect(await owners()).toEqual([before]);
  }, 120_000);

  it('keeps the served model when the training data was shuffled', async () => {
    const before = await serving();
    await clearPurchases(shop.services);
    await makePurchases(shop.services, { ...GOOD, shuffledBefore: true });
    const last = await retrain();
    expect(last.outcome, last.sentence).toBe('kept');
    expect(await serving()).toBe(before);
  }, 120_000);

  it('keeps the served model when every purchase names another product, even consistently', async () => {
    const before = await serving();
    await clearPurchases(shop.services);
    await makePurchases(shop.services, GOOD);
    // Tastes are product numbers modulo ten. Shifted by one in the second digit and mixed, no taste stays together.
    await shop.services.db.run(
      `update order_items i set product_id = q.id from products p join products q
         on q.sku = 'P' || ((substr(p.sku, 2)::int * 37 + substr(p.sku, 2)::int / 10) % $1::int) where p.id = i.product_id`,
      [GOOD.products],
    );
    const last = await retrain();
    expect(last, last.sentence).toMatchObject({
      outcome: 'kept',
      sentence: expect.stringContaining('do not resemble'),
    });
    expect(await serving()).toBe(before);
    const refused = await shop.services.db.rows('select id from recommendation_models where published_at is null');
    expect(refused).toHaveLength(3);
  }, 120_000);
});

describe('a rollback', () => {
  it('goes back step by step through three kept models until none is left', async () => {
    await clearPurchases(shop.services);
    await makePurchases(shop.services, GOOD);
    const first = (await serving())!;
    const ids = [first];
    for (let time = 0; time < 3; time += 1) {
      const last = await retrain();
      expect(last.outcome, last.sentence).toBe('published');
      ids.push((await serving())!);
    }
    expect(await owners()).toEqual(ids.slice(1).sort());
    const person = await admin();
    // A repeated request of a client that missed the response does not roll back further.
    const key = { 'idempotency-key': randomUUID() };
    for (let times = 0; times < 2; times++) {
      const answer = await person.call('POST', '/admin/recommendations/rollback', { reason: 'odd' }, key);
      expect(answer).toMatchObject({ status: 200, body: { model: ids[2] } });
      expect(await serving()).toBe(ids[2]);
    }
    const request = { requestId: 'twice' };
    expect(await rollBack(request)).toEqual({ model: ids[1] });
    expect(await rollBack(request)).toEqual({ model: ids[1] });
    expect(await serving()).toBe(ids[1]);
    expect((await person.call('POST', '/admin/recommendations/rollback', { reason: 'odd' })).status).toBe(409);
    const state = (await person.call('GET', '/admin/recommendations')).body;
    expect(state).toMatchObject({ serving: ids[1], retraining: { stage: 'idle', last: { outcome: 'published' } } });
    expect(state.models.map(({ id }: { id: string }) => id)).toEqual(ids.slice(1).reverse());
    // The same key of another operation is another request.
    const other = await person.call('POST', '/admin/recommendations/retrain', { reason: 'new' }, key);
    expect(other).toMatchObject({ status: 202, body: { started: expect.any(Boolean) } });
    await until(
      async () => {
        const { retraining } = (await person.call('GET', '/admin/recommendations')).body;
        return retraining.stage === 'idle';
      },
      'the retraining to end',
      60_000,
    );
  }, 180_000);
});

describe('concurrent requests', () => {
  it('train once, also when started under another ID', async () => {
    const people = [await admin(), await admin()];
    const since = new Date().toISOString();
    const [one, two] = await Promise.all(people.map((each) => each.call('POST', '/admin/recommendations/retrain', {})));
    expect([one!.body.started, two!.body.started].sort()).toEqual([false, true]);
    const other = await shop.services.temporal.workflow.start('recommendationRetraining', {
      workflowId: `made-up-${randomUUID()}`,
      taskQueue: RETRAINING_QUEUE,
      args: [],
    });
    expect(await other.result()).toBe('handed_over');
    await ended(since);
    const models = await shop.services.db.rows('select 1 from recommendation_models where created_at > $1', [since]);
    expect(models).toHaveLength(1);
  }, 120_000);
});

describe('canceled during training', () => {
  for (const how of ['by its update', 'with its workflow'] as const) {
    it(`${how}: its process ends, and the served model stays`, async () => {
      const before = await serving();
      const since = new Date().toISOString();
      await (await admin()).call('POST', '/admin/recommendations/retrain', {});
      const jobs = await frozen('train');
      if (how === 'by its update') {
        await workflow().executeUpdate(cancelRetrainingUpdate, { args: [{ requestId: randomUUID(), ...ASKED }] });
        expect((await ended(since)).outcome).toBe('canceled');
      } else {
        await workflow().cancel();
        await until(
          async () => (await workflow().describe()).status.name === 'CANCELLED',
          'the workflow to end',
          20_000,
        );
      }
      expect(jobs.filter(isAlive)).toEqual([]);
      expect(await serving()).toBe(before);
      expect((await owners()).filter((owner) => owner.startsWith('retraining-'))).toEqual([]);
    }, 90_000);
  }
});

describe('a worker killed without warning', () => {
  for (const stage of ['export', 'train', 'evaluate', 'publish'] satisfies RetrainingStage[]) {
    it(`in the stage ${stage}: another worker resumes that stage`, async () => {
      const { db } = shop.services;
      const blocker = await db.pool.connect();
      const since = new Date().toISOString();
      try {
        await blocker.query('begin');
        // This export can't complete, so its process must notice that the worker is gone.
        if (stage === 'export') await blocker.query('lock table shopper_choices in access exclusive mode');
        // A publication has no process of its own, so it is blocked at its lock.
        if (stage === 'publish')
          await blocker.query("select pg_advisory_xact_lock(hashtext('recommendation_serving'))");
        await (await admin()).call('POST', '/admin/recommendations/retrain', {});
        if (stage === 'publish') await until(isWaiting, 'the publication to wait', 60_000);
        const jobs = stage === 'publish' ? [] : await frozen(stage);
        const { runId } = await workflow().describe();
        await worker.kill();
        for (const job of jobs) process.kill(job, 'SIGCONT');
        await until(() => !jobs.some(isAlive), 'the training process to exit', 10_000);
        await blocker.query('rollback');
        worker = await shop.startWorkerProcess();
        const last = await ended(since);
        expect(last.outcome, last.sentence).toBe('published');
        // Attempts of each stage: stages that completed before the kill did not run again.
        expect(await triesOf(runId)).toEqual({ export: 1, train: 1, evaluate: 1, publish: 1, [stage]: 2 });
        const id = (await serving())!;
        expect(last.sentence).toContain(id);
        expect((await owners()).filter((owner) => owner.startsWith('retraining-'))).toEqual([]);
        expect(decodeModel((await readArtifact(db, id, 'model'))!).items).toHaveLength(GOOD.products);
      } finally {
        blocker.release(true);
      }
    }, 120_000);
  }
});

async function isWaiting(): Promise<boolean> {
  const row = await shop.services.db.row("select 1 from pg_locks where locktype = 'advisory' and not granted");
  return row !== undefined;
}

const STAGE_OF: Readonly<Record<string, RetrainingStage>> = {
  exportHistory: 'export',
  trainModels: 'train',
  evaluateModels: 'evaluate',
  publishModel: 'publish',
};

/** Number of attempts of each stage of a run, whether retried or scheduled again. */
async function triesOf(runId: string): Promise<Record<string, number>> {
  const { events } = await shop.services.temporal.workflow.getHandle(RETRAINING_ID, runId).fetchHistory();
  const stages = new Map<string, string>();
  const tries: Record<string, number> = {};
  for (const event of events ?? []) {
    const name = event.activityTaskScheduledEventAttributes?.activityType?.name;
    if (name) stages.set(`${event.eventId}`, STAGE_OF[name]!);
    const begun = event.activityTaskStartedEventAttributes;
    const stage = begun && stages.get(`${begun.scheduledEventId}`);
    if (stage) tries[stage] = (tries[stage] ?? 0) + begun.attempt!;
  }
  return tries;
}
