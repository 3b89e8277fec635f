/** Anonymizes a shopper's analytics events: counts stay, but no event identifies the shopper. */

import type { Redis } from 'ioredis';
import { parseName } from '../../domain/identity.ts';
import type { InfluxDb, InfluxSeries } from '../../infra/influxdb/client.ts';
import { EventGroup } from '../analytics/event-group.ts';
import { toPoint } from '../analytics/event-points.ts';
import type { CautiousHandler, FailedMessage } from '../outbox/relay.ts';

/** The message's key identifies the shopper, `user:<id>` or `visitor:<hash>`; events up to `untilMs` in its payload are anonymized. */
export const FORGET_TOPIC = 'history.forget';

/** Points per series that are read and written at a time; there are about 200 series. */
const BATCH = 500;
/** A small batch, because a message's row stays locked for a time that grows with the number of its events. */
const MAX_MESSAGES = 5;
/** Maximum difference between the clocks of Redis (stream entries) and the API (`untilMs`). */
const CLOCK_MS = 2_000;

const WHO = /^(user:[0-9a-f-]{36}|visitor:[0-9a-f]{32})$/;

/**
 * Safe to repeat: an anonymized point is not found again. A message is done only when the stream contains no earlier events, which would
 * be written after this handler.
 */
export function createForgetHandler(redis: Redis, influx: InfluxDb): CautiousHandler {
  const group = new EventGroup(redis, 'forget');
  return {
    maxMessages: MAX_MESSAGES,
    handle: async (messages) => {
      const failed: FailedMessage[] = [];
      for (const { id, key, payload } of messages) {
        const untilMs = Number(payload.untilMs);
        if (!WHO.test(key) || !Number.isFinite(untilMs)) throw new Error('the message names no customer');
        // Read the backlog before the points: events that are not in the stream now have been written.
        const { oldestAt } = await group.backlog();
        await anonymize(influx, key, untilMs);
        if (oldestAt !== undefined && oldestAt <= untilMs + CLOCK_MS)
          failed.push({ id, reason: 'earlier events are still in the stream' });
      }
      return failed;
    },
  };
}

async function anonymize(influx: InfluxDb, who: string, untilMs: number): Promise<void> {
  const { kind, id: value } = parseName(who);
  const field = kind === 'user' ? 'user_id' : 'visitor';
  for (;;) {
    const series = await influx.series(
      `SELECT * FROM "events" WHERE "${field}" = '${value}' AND time < ${untilMs + 1}ms
       GROUP BY "event", "slot", "placement" LIMIT ${BATCH}`,
    );
    if (series.length === 0) return;
    for (const each of series) await influx.write(each.values.map((row) => withoutName(each, row, field)));
  }
}

/** The point's nanoseconds derive from the event ID, as in the first write, so the new point replaces the old one. */
function withoutName({ tags, columns }: InfluxSeries, row: (string | number | null)[], field: string): string {
  const { time, id, ...fields } = Object.fromEntries(
    columns.map((name, index) => [name, row[index]] as const).filter(([, value]) => value !== null),
  );
  const data = { ...fields, ...(tags?.placement && { placement: tags.placement }), [field]: '' };
  return toPoint({ id: String(id), event: tags?.event ?? '', at: String(time), data: JSON.stringify(data) });
}
