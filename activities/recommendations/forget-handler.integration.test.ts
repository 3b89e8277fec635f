/** Anonymizing a visitor's events in the test profile's Redis and InfluxDB; no writer runs. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { InfluxDb, type InfluxSeries } from '../../infra/influxdb/client.ts';
import { EVENT_STREAM } from '../../infra/redis/event-stream.ts';
import type { Services } from '../../infra/services.ts';
import { pointsOf } from '../../tests/support/analytics.ts';
import { connectTestServices } from '../../tests/support/shop.ts';
import { EventGroup } from '../analytics/event-group.ts';
import { toPoint } from '../analytics/event-points.ts';
import { createForgetHandler } from './forget-handler.ts';

/** More than the clocks of Redis and the API may differ. */
const SLOW_MS = 2_500;

let services: Services;
beforeAll(async () => {
  services = await connectTestServices();
  await services.influx.prepare();
});
afterAll(() => services?.close());
beforeEach(async () => {
  await services.redis.del(EVENT_STREAM);
  await new EventGroup(services.redis, 'reader').ensure();
});

const visitor = () => randomUUID().replaceAll('-', '');
const entryOf = (who: string, at: number) => ({
  id: randomUUID(),
  event: 'page_view',
  at: String(at),
  data: JSON.stringify({ path: '/', visitor: who }),
});

function forget(who: string, untilMs: number, influx = services.influx) {
  const message = { id: 1, topic: 'history.forget', key: `visitor:${who}`, payload: { untilMs } };
  return createForgetHandler(services.redis, influx).handle([message], services.db);
}

/** An InfluxDB whose reads take longer than `CLOCK_MS`, as on a busy machine. */
class SlowInfluxDb extends InfluxDb {
  override async series(text: string): Promise<InfluxSeries[]> {
    const read = await super.series(text);
    await delay(SLOW_MS);
    return read;
  }
}

it('keeps waiting for an earlier event, however long reading the points takes', async () => {
  const who = visitor();
  const group = new EventGroup(services.redis, 'reader');
  const event = entryOf(who, Date.now());
  await services.redis.xadd(EVENT_STREAM, '*', ...Object.entries(event).flat());
  const untilMs = Date.now();
  const slow = new SlowInfluxDb(services.settings);
  expect(await forget(who, untilMs, slow)).toEqual([{ id: 1, reason: expect.stringContaining('still in the stream') }]);
  const [entry] = await group.read(1, 100);
  expect(await forget(who, untilMs)).toHaveLength(1);
  await services.influx.write([toPoint(entry!.fields)]);
  await group.acknowledge([entry!.entryId], false);
  expect(await forget(who, untilMs)).toEqual([]);
  expect((await pointsOf(services.influx, event.id))[0]!.visitor).toBe('');
});

it('anonymizes all events of the last millisecond, and none after it', async () => {
  const [who, untilMs] = [visitor(), Date.now()];
  const [last, after] = [entryOf(who, untilMs), entryOf(who, untilMs + 1)];
  await services.influx.write([toPoint(last), toPoint(after)]);
  expect(await forget(who, untilMs)).toEqual([]);
  expect((await pointsOf(services.influx, last.id))[0]!.visitor).toBe('');
  expect((await pointsOf(services.influx, after.id))[0]!.visitor).toBe(who);
});
