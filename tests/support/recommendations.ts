import { randomUUID } from 'node:crypto';
import { encodeModel, type ServedModel } from '../../domain/recommendations/served-model.ts';
import { writeArtifact } from '../../infra/postgres/artifacts.ts';
import type { Services } from '../../infra/services.ts';

/** A handmade model: influences and companions between products, by their IDs. */
export interface HandMade {
  items: readonly string[];
  /** From, to, strength. */
  influence?: readonly (readonly [string, string, number])[];
  /** Item, companion, strength. */
  companions?: readonly (readonly [string, string, number])[];
}

function modelOf({ items, influence = [], companions = [] }: HandMade): ServedModel {
  const rows = items.map((item) => influence.filter(([from]) => from === item));
  const starts = new Int32Array(items.length + 1);
  for (const [at, row] of rows.entries()) starts[at + 1] = starts[at]! + row.length;
  const pairs = items.map((item) => companions.filter(([of]) => of === item).sort((one, other) => other[2] - one[2]));
  const count = Math.max(1, ...pairs.map(({ length }) => length));
  const cells = pairs.flatMap((row) => Array.from({ length: count }, (_, at) => row[at]));
  return {
    trainedUntilMs: Date.now(),
    items,
    influence: {
      starts,
      indices: Int32Array.from(rows.flat().map(([, to]) => items.indexOf(to))),
      values: Float32Array.from(rows.flat().map(([, , value]) => value)),
    },
    companions: {
      count,
      indices: Int32Array.from(cells.map((cell) => (cell ? items.indexOf(cell[1]) : -1))),
      scores: Float32Array.from(cells.map((cell) => cell?.[2] ?? 0)),
    },
    novelty: new Float32Array(items.length).fill(1),
    sellingNow: new Float32Array(items.length).fill(1),
    popular: Int32Array.from(items.keys()),
  };
}

/** Stores and serves the model. @returns its ID */
export async function publishModel({ db }: Pick<Services, 'db'>, made: HandMade): Promise<string> {
  const id = `test-${randomUUID()}`;
  await db.run('insert into recommendation_models (id, trained_until, published_at) values ($1, now(), now())', [id]);
  await writeArtifact(db, id, 'model', () => encodeModel(modelOf(made)));
  await serveModel({ db }, id);
  return id;
}

export async function serveModel({ db }: Pick<Services, 'db'>, id: string): Promise<void> {
  await db.run(
    `insert into recommendation_serving (model_id) values ($1)
     on conflict (one) do update set model_id = excluded.model_id, since = now()`,
    [id],
  );
}
