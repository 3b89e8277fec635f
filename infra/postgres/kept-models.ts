/** Recommendation models that can be served: published ones whose data is still stored. */
import type { Sql } from './database.ts';

/** Newest first. */
export function selectKeptModels(sql: Sql) {
  return sql.query
    .selectFrom('recommendation_models as model')
    .where('model.published_at', 'is not', null)
    .where((model) =>
      model.exists(
        model
          .selectFrom('recommendation_artifacts as artifact')
          .select('artifact.owner')
          .whereRef('artifact.owner', '=', 'model.id')
          .where('artifact.name', '=', 'model'),
      ),
    )
    .orderBy('model.published_at', 'desc')
    .orderBy('model.id', 'desc');
}
