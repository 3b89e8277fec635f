/** Every retraining activity, repeated and concurrent: no model is trained, published, or reported twice. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExportFacts } from '../../../domain/recommendations/publication-check.ts';
import { heldOutFromMs } from '../../../domain/recommendations/publication-check.ts';
import { writeArtifact } from '../../../infra/postgres/artifacts.ts';
import { inActivity } from '../../../tests/support/repeated.ts';
import { makePurchases, type RetrainingShop, startRetrainingShop } from '../../../tests/support/retraining.ts';
import { createRetrainingActivities } from './activities.ts';
import { WORKSHOP } from './model-store.ts';

type Retraining = ReturnType<typeof createRetrainingActivities>;

let shop: RetrainingShop;
let retraining: Retraining;
/** The activities of a retraining, in their order. */
let exported: { retrainingId: string; facts: ExportFacts };
beforeAll(async () => {
  shop = await startRetrainingShop();
  retraining = createRetrainingActivities(shop.services);
  await makePurchases(shop.services, { shoppers: 60, products: 30, orders: 400, days: 60 });
}, 120_000);
afterAll(() => shop?.stop(), 60_000);

/** All stored data of models and retrainings. */
async function stored(): Promise<unknown> {
  const { db } = shop.services;
  return {
    models: await db.rows('select * from recommendation_models order by id'),
    serving: await db.rows('select * from recommendation_serving'),
    artifacts: await db.rows('select * from recommendation_artifacts order by owner, name'),
    parts: await db.rows('select owner, name, part, md5(bytes) from recommendation_parts order by owner, name, part'),
  };
}

/** The second run returns the same and changes nothing, and neither do concurrent runs after it. */
async function repeated<Answer>(activity: () => Promise<Answer>): Promise<Answer> {
  const answer = await inActivity(activity);
  const after = await stored();
  expect(await inActivity(activity)).toEqual(answer);
  for (const each of await Promise.all([1, 2, 3].map(() => inActivity(activity)))) expect(each).toEqual(answer);
  expect(await stored()).toEqual(after);
  return answer;
}

/** Runs several concurrently. One may fail because of another's row, and is retried. @returns the results */
async function atOnce<Answer>(activity: () => Promise<Answer>): Promise<Answer[]> {
  const attempts = await Promise.allSettled([1, 2, 3].map(() => inActivity(activity)));
  return attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
}

const artifactsOf = (owner: string) =>
  shop.services.db.rows<{ name: string; parts: number; stored: number }>(
    `select name, parts, (select count(*)::int from recommendation_parts p where p.owner = a.owner and p.name = a.name) as stored
     from recommendation_artifacts a where owner = $1 order by name`,
    [owner],
  );

/** A retraining before its publication, with arbitrary bytes as its model. */
async function trained(): Promise<string> {
  const owner = `${WORKSHOP}${randomUUID()}`;
  for (const name of ['history', 'model', 'twin'])
    await writeArtifact(shop.services.db, owner, name, () => [Buffer.from(`${name} of ${owner}`)]);
  return owner;
}
const report = () => ({ facts: exported.facts, heldOutFromMs: heldOutFromMs(exported.facts), because: 'it is better' });

it('tests every activity', () => {
  const names: Record<keyof Retraining, true> = {
    exportHistory: true,
    trainModels: true,
    evaluateModels: true,
    publishModel: true,
    rollBackModel: true,
    discardRetraining: true,
    readModels: true,
  };
  expect(Object.keys(retraining).sort()).toEqual(Object.keys(names).sort());
});

describe('a retraining', () => {
  const retrainingId = `${WORKSHOP}${randomUUID()}`;
  const timeless = ({ facts }: { facts: ExportFacts }) => ({ ...facts, takenMs: 0 });

  it('exportHistory leaves one history with the current purchases', async () => {
    const run = () => retraining.exportHistory({ retrainingId });
    const first = await inActivity(run);
    const second = await inActivity(run);
    expect(timeless(second)).toEqual(timeless(first));
    const others = await atOnce(run);
    expect(others.length).toBeGreaterThan(0);
    for (const each of others) expect(timeless(each)).toEqual(timeless(first));
    const [history, ...rest] = await artifactsOf(retrainingId);
    expect(rest).toEqual([]);
    expect(history).toMatchObject({ name: 'history', stored: history!.parts });
    exported = { retrainingId, facts: (await inActivity(run)).facts };
  }, 120_000);

  it('trainModels trains once', async () => {
    const { facts } = exported;
    const run = () =>
      retraining.trainModels({ retrainingId, takenMs: facts.takenMs, heldOutFromMs: heldOutFromMs(facts) });
    expect((await atOnce(run)).length).toBeGreaterThan(0);
    const first = await inActivity(run);
    const before = await stored();
    expect(await inActivity(run)).toEqual({ ...first, seconds: expect.any(Number) });
    expect(await stored()).toEqual(before);
    expect((await artifactsOf(retrainingId)).map(({ name }) => name)).toEqual(['history', 'model', 'twin']);
  }, 120_000);

  it('evaluateModels only reads', async () => {
    const before = await stored();
    const input = { retrainingId, heldOutFromMs: heldOutFromMs(exported.facts), publishAnyway: true };
    await repeated(() => retraining.evaluateModels(input));
    expect(await stored()).toEqual(before);
  }, 120_000);
});

describe('a model', () => {
  const publication = (owner: string, modelId: string, against: string | null) => ({
    retrainingId: owner,
    modelId,
    trainedUntilMs: exported.facts.takenMs,
    report: report(),
    against,
  });

  it('is published once, and can be read', async () => {
    const owner = await trained();
    const first = publication(owner, `m-${randomUUID()}`, null);
    const answers = await atOnce(() => retraining.publishModel(first));
    expect(answers).toEqual(answers.map(() => ({ outcome: 'published' })));
    await repeated(() => retraining.publishModel(first));
    expect(await artifactsOf(owner)).toEqual([]);
    expect((await artifactsOf(first.modelId)).map(({ name }) => name)).toEqual(['model', 'twin']);

    // Of two concurrent retrainings that were compared with the same model, one is published.
    const rivals = [await trained(), await trained()].map((each) =>
      publication(each, `m-${randomUUID()}`, first.modelId),
    );
    const outcomes = await Promise.all(rivals.map((each) => inActivity(() => retraining.publishModel(each))));
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['outdated', 'published']);
    const models = await repeated(() => retraining.readModels());
    expect(models.kept).toHaveLength(2);

    // Rolls back to the first model, once.
    const from = models.serving!.modelId;
    await repeated(() => retraining.rollBackModel({ from, to: first.modelId }));
    expect((await retraining.readModels()).serving).toMatchObject({ modelId: first.modelId });
    // This rollback was decided while another model was served.
    const stale = { from: rivals.find(({ modelId }) => modelId !== from)!.modelId, to: from };
    expect(await repeated(() => retraining.rollBackModel(stale))).toMatchObject({ outcome: 'refused' });
  }, 60_000);

  it('that was refused is reported once, and its working data is deleted', async () => {
    const owner = await trained();
    const refused = { modelId: `m-${randomUUID()}`, trainedUntilMs: exported.facts.takenMs, report: report() };
    await repeated(() => retraining.discardRetraining({ retrainingId: owner, refused }));
    expect(await artifactsOf(owner)).toEqual([]);
    const reports = await shop.services.db.rows('select 1 from recommendation_models where id = $1', [refused.modelId]);
    expect(reports).toHaveLength(1);
    await repeated(() => retraining.discardRetraining({ retrainingId: owner }));
  });
});
