/** Models in PostgreSQL: which is served, which are kept, publication, and rollback. */
import type { ExportFacts, ModelScores } from '../../../domain/recommendations/publication-check.ts';
import { removeArtifact } from '../../../infra/postgres/artifacts.ts';
import type { Database, Sql } from '../../../infra/postgres/database.ts';
import { selectKeptModels } from '../../../infra/postgres/kept-models.ts';
import { anyOf, now } from '../../../infra/postgres/statement-parts.ts';

/** Number of published models that are kept, including the served one. */
const MODELS_KEPT = 3;
/** Number of reports kept of models that were not published. */
const REFUSED_KEPT = 10;
/** Prefix of the owners of a retraining's working data; model IDs do not have it. */
export const WORKSHOP = 'retraining-';

/** The report of a model. */
export interface ModelReport {
  facts: ExportFacts;
  heldOutFromMs: number;
  /** Scores of its twin; absent when it was not scored. */
  scores?: ModelScores;
  /** The model that it was compared with, and that model's scores. */
  against?: string;
  opponentScores?: ModelScores;
  /** Why it was or was not published. */
  because: string;
  /** Whether it was published regardless of its evaluation, as requested. */
  publishAnyway?: boolean;
}

export interface Serving {
  modelId: string;
  /** ISO 8601. */
  since: string;
  report: ModelReport;
  /** ID of the model that was served before; null for the first. */
  before: string | null;
}

export interface PublishRequest {
  retrainingId: string;
  modelId: string;
  trainedUntilMs: number;
  report: ModelReport;
  /** The model that it was compared with, null if none was served. If another one is served by now, the new model is not published. */
  against: string | null;
}
export type Published = { outcome: 'published' } | { outcome: 'outdated' };

export interface RefusedModel {
  modelId: string;
  trainedUntilMs: number;
  report: ModelReport;
}

export interface RollBackRequest {
  from: string;
  to: string;
}
export type RolledBack = { outcome: 'rolled_back'; modelId: string } | { outcome: 'refused'; message: string };

export async function readServing(sql: Sql): Promise<Serving | undefined> {
  const row = await sql.row(
    selectServed(sql).select(['serving.model_id', 'serving.since', 'model.report', 'model.served_before']),
  );
  if (!row) return undefined;
  const { model_id, since, report, served_before } = row;
  return { modelId: model_id, since: since.toISOString(), report: report as ModelReport, before: served_before };
}

function selectServed(sql: Sql) {
  return sql.query
    .selectFrom('recommendation_serving as serving')
    .innerJoin('recommendation_models as model', 'model.id', 'serving.model_id');
}

/**
 * Publishes a model in one transaction: takes over its data from the retraining, inserts its row, serves it, and deletes models that are no
 * longer kept. Safe to repeat: a model that is already published stays unchanged.
 */
export async function publishModel(db: Database, request: PublishRequest): Promise<Published> {
  const { retrainingId, modelId, trainedUntilMs, report, against } = request;
  return db.transaction(async (sql) => {
    await lockSwitch(sql);
    const known = await sql.row(sql.query.selectFrom('recommendation_models').select('id').where('id', '=', modelId));
    if (known) return { outcome: 'published' };
    const serving = await readServing(sql);
    if ((serving?.modelId ?? null) !== against) return { outcome: 'outdated' };
    for (const table of ['recommendation_parts', 'recommendation_artifacts'] as const) {
      await sql.run(
        sql.query
          .updateTable(table)
          .set({ owner: modelId })
          .where('owner', '=', retrainingId)
          .where('name', '=', anyOf(['model', 'twin'])),
      );
    }
    await sql.run(
      sql.query.insertInto('recommendation_models').values({
        id: modelId,
        trained_until: new Date(trainedUntilMs),
        report,
        published_at: now,
        served_before: serving?.modelId ?? null,
      }),
    );
    await serve(sql, modelId);
    await removeArtifact(sql, retrainingId);
    await removeOld(sql);
    return { outcome: 'published' };
  });
}

/**
 * Serves another one of the kept models. Safe to repeat: a model that is already served stays served.
 * @param from the model that was served at the time of the decision
 */
export async function rollBack(db: Database, { from, to }: RollBackRequest): Promise<RolledBack> {
  return db.transaction(async (sql) => {
    await lockSwitch(sql);
    const serving = await readServing(sql);
    if (serving?.modelId !== to) {
      if (serving?.modelId !== from)
        return {
          outcome: 'refused',
          message: 'Another model was published in the meantime. Check which model is served and try again.',
        };
      if (!(await keptModels(sql)).includes(to))
        return { outcome: 'refused', message: `Model ${to} is not available.` };
      await serve(sql, to);
    }
    return { outcome: 'rolled_back', modelId: to };
  });
}

/** IDs of models that can be served, newest first. */
export async function keptModels(sql: Sql): Promise<string[]> {
  const rows = await sql.rows(selectKeptModels(sql).select('model.id'));
  return rows.map(({ id }) => id);
}

/** Deletes a retraining's working data, and stores the report of a refused model. Safe to repeat. */
export async function discard(db: Database, retrainingId: string, refused?: RefusedModel): Promise<void> {
  await db.transaction(async (sql) => {
    await removeArtifact(sql, retrainingId);
    if (!refused) return;
    await sql.run(
      sql.query
        .insertInto('recommendation_models')
        .values({ id: refused.modelId, trained_until: new Date(refused.trainedUntilMs), report: refused.report })
        .onConflict((known) => known.column('id').doNothing()),
    );
    await sql.run(
      sql.query
        .deleteFrom('recommendation_models')
        .where('published_at', 'is', null)
        .where('id', 'not in', (model) =>
          model
            .selectFrom('recommendation_models')
            .select('id')
            .where('published_at', 'is', null)
            .orderBy('created_at', 'desc')
            .orderBy('id', 'desc')
            .limit(REFUSED_KEPT),
        ),
    );
  });
}

/** Deletes data that another retraining left behind, because it was terminated or its worker continued after its end. */
export async function removeStrays(db: Database, retrainingId: string): Promise<void> {
  const { query } = db;
  const owners = await db.rows(
    query
      .selectFrom('recommendation_artifacts')
      .select('owner')
      .union(query.selectFrom('recommendation_parts').select('owner')),
  );
  for (const { owner } of owners)
    if (owner.startsWith(WORKSHOP) && owner !== retrainingId) await db.transaction((sql) => removeArtifact(sql, owner));
}

/** Serializes changes of the served model, including the first one, when there is no row to lock. */
async function lockSwitch(sql: Sql): Promise<void> {
  await sql.run("select pg_advisory_xact_lock(hashtext('recommendation_serving'))");
}

async function serve(sql: Sql, modelId: string): Promise<void> {
  await sql.run(
    sql.query
      .insertInto('recommendation_serving')
      .values({ model_id: modelId })
      .onConflict((served) =>
        served.column('one').doUpdateSet((model) => ({ model_id: model.ref('excluded.model_id'), since: now })),
      ),
  );
}

/** Deletes old models. The served model, the one before it, and then the newest ones are kept. */
async function removeOld(sql: Sql): Promise<void> {
  const kept = await keptModels(sql);
  const served = await sql.row(selectServed(sql).select(['model.id', 'model.served_before']));
  const staying = new Set(kept.filter((id) => id === served?.id || id === served?.served_before));
  for (const id of kept) if (staying.size < MODELS_KEPT) staying.add(id);
  for (const id of kept) if (!staying.has(id)) await removeArtifact(sql, id);
}
