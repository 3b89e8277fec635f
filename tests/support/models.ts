/** Small handmade models, stored and served as a retraining does. */
import { randomUUID } from 'node:crypto';
import { encodeModel, type ServedModel } from '../../domain/recommendations/served-model.ts';
import { writeArtifact } from '../../infra/postgres/artifacts.ts';
import type { Database } from '../../infra/postgres/database.ts';

export interface Bond {
  from: string;
  to: string;
  /** How strongly the first item recommends the second, by interest and as a companion. */
  strength: number;
}

/** A model in which both items of each bond recommend each other and are bought together. */
export function modelOf(items: readonly string[], bonds: readonly Bond[]): ServedModel {
  const place = new Map(items.map((id, index) => [id, index]));
  const rows = items.map((id) =>
    bonds
      .filter(({ from }) => from === id)
      .map(({ to, strength }) => ({ item: place.get(to)!, strength }))
      .sort((one, other) => other.strength - one.strength),
  );
  const count = Math.max(1, ...rows.map((row) => row.length));
  const starts = [0];
  for (const row of rows) starts.push(starts.at(-1)! + row.length);
  const byItem = rows.flatMap((row) => [...row].sort((one, other) => one.item - other.item));
  const companions = rows.flatMap((row) => Array.from({ length: count }, (_, at) => row[at]));
  return {
    trainedUntilMs: Date.now(),
    items: [...items],
    influence: {
      starts: Int32Array.from(starts),
      indices: Int32Array.from(byItem, ({ item }) => item),
      values: Float32Array.from(byItem, ({ strength }) => strength),
    },
    companions: {
      count,
      indices: Int32Array.from(companions, (found) => found?.item ?? -1),
      scores: Float32Array.from(companions, (found) => found?.strength ?? 0),
    },
    novelty: new Float32Array(items.length).fill(1),
    sellingNow: new Float32Array(items.length).fill(1),
    popular: Int32Array.from(items.keys()),
  };
}

/** Stores a model and serves it. @returns its ID */
export async function publish(db: Database, model: ServedModel): Promise<string> {
  const id = `m-test-${randomUUID().slice(0, 8)}`;
  await writeArtifact(db, id, 'model', () => encodeModel(model));
  await db.run(
    'insert into recommendation_models (id, trained_until, published_at) values ($1, to_timestamp($2 / 1000.0), now())',
    [id, model.trainedUntilMs],
  );
  await db.run(
    `insert into recommendation_serving (model_id) values ($1)
     on conflict (one) do update set model_id = excluded.model_id, since = now()`,
    [id],
  );
  return id;
}

/** Stops serving any model. */
export async function unpublish(db: Database): Promise<void> {
  await db.run('delete from recommendation_serving');
}
