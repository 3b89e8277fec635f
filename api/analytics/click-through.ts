/** Reports the click-through of recommendation lists by model and placement. */
import { DomainError } from '../../domain/errors.ts';
import type { InfluxDb, InfluxSeries } from '../../infra/influxdb/client.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import type { ClickThrough } from '../contracts/analytics.ts';

/** Replaces the model ID in events about lists that were made without a model. */
const UNTRAINED = 'untrained';
const MAX_MODELS = 20;

/**
 * Reports only models from the database, newest first, because a browser can send any model ID.
 * @throws DomainError unavailable
 */
export async function reportClickThrough(
  { db, influx }: { db: Sql; influx: InfluxDb },
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Promise<ClickThrough> {
  const models = await db.rows(
    db.query
      .selectFrom('recommendation_models')
      .select('id')
      .where('published_at', 'is not', null)
      .orderBy('published_at', 'desc')
      .limit(MAX_MODELS),
  );
  const items = await Promise.all(
    [...models.map(({ id }) => id), UNTRAINED].map((model) => clickThroughOf(influx, model, fromMs, toMs)),
  );
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString(), items: items.flat() };
}

async function clickThroughOf(
  influx: InfluxDb,
  model: string,
  fromMs: number,
  toMs: number,
): Promise<ClickThrough['items']> {
  // Safe to insert: the retraining generates model IDs, which contain only letters, digits, and dashes.
  const query = `SELECT count("id") FROM "events" WHERE ("event" = 'impression' OR "event" = 'click') AND "model" = '${model}'
    AND time >= ${fromMs}ms AND time < ${toMs}ms GROUP BY "event", "placement"`;
  let series: InfluxSeries[];
  try {
    series = await influx.series(query);
  } catch (error) {
    throw new DomainError('unavailable', 'Analytics are unavailable. Try again in a moment.', {
      retryable: true,
      cause: error,
    });
  }
  const counts = new Map<string, { impressions: number; clicks: number }>();
  for (const { tags, values } of series) {
    const placement = tags?.placement ?? '';
    const count = counts.get(placement) ?? { impressions: 0, clicks: 0 };
    count[tags?.event === 'click' ? 'clicks' : 'impressions'] += Number(values[0]?.[1] ?? 0);
    counts.set(placement, count);
  }
  return [...counts]
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([placement, { impressions, clicks }]) => ({
      model,
      placement,
      impressions,
      clicks,
      clicks_per_list: impressions === 0 ? null : clicks / impressions,
    }));
}
