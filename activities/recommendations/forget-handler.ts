/** Takes a shopper's name off their analytics events: what was counted stays counted, and is nobody's. */

import type { Redis } from 'ioredis';
import { parseName } from '../../domain/identity.ts';
import type { InfluxDb, InfluxSeries } from '../../infra/influxdb/client.ts';
import { EventGroup } from '../analytics/event-group.ts';
import { toPoint } from '../analytics/event-points.ts';
import type { CautiousHandler, FailedMessage } from '../outbox/relay.ts';

/** The key is who is forgotten, `user:<id>` or `visitor:<hash>`; `untilMs` in the payload the moment of it. */
export const FORGET_TOPIC = 'history.forget';

/** Points of one series read and written at a time; there are some 200 series. */
const BATCH = 500;
/** Each takes as long as its events are many, while its row is locked. */
const MAX_MESSAGES = 5;
/** The stream's clock is Redis', the moment's the API's. */
const CLOCK_MS = 2_000;

const WHO = /^(user:[0-9a-f-]{36}|visitor:[0-9a-f]{32})$/;

/**
 * Safe to repeat: a point without a name is not found again. It is done only when no event of before waits any more in the stream,
 * from which it would be written after us.
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
        // Before the points are read: what is not waiting now has been written.
        const { oldestAt } = await group.backlog();
        await blank(influx, key, untilMs);
        if (oldestAt !== undefined && oldestAt <= untilMs + CLOCK_MS)
          failed.push({ id, reason: 'earlier events are still in the stream' });
      }
      return failed;
    },
  };
}

async function blank(influx: InfluxDb, who: string, untilMs: number): Promise<void> {
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

/** The point's nanoseconds follow from the event's id, as when it was first written, so it replaces itself. */
function withoutName({ tags, columns }: InfluxSeries, row: (string | number | null)[], field: string): string {
  const { time, id, ...fields } = Object.fromEntries(
    columns.map((name, index) => [name, row[index]] as const).filter(([, value]) => value !== null),
  );
  const data = { ...fields, ...(tags?.placement && { placement: tags.placement }), [field]: '' };
  return toPoint({ id: String(id), event: tags?.event ?? '', at: String(time), data: JSON.stringify(data) });
}
