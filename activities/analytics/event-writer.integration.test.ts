/** Writing events from the stream to InfluxDB while anything that can fail does. */
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { InfluxDb } from '../../infra/influxdb/client.ts';
import { DEAD_LETTERS, EVENT_STREAM, EventStream, type StreamEvent } from '../../infra/redis/event-stream.ts';
import type { Services } from '../../infra/services.ts';
import { pointsOf, untilWritten } from '../../tests/support/analytics.ts';
import { connectTestServices, until } from '../../tests/support/shop.ts';
import { EventGroup, GROUP } from './event-group.ts';
import { startEventWriter } from './event-writer.ts';

const CLAIM_SECONDS = 1;
const TRIES = 2;

let services: Services;
const cleanUp: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  services = await connectTestServices();
  await services.influx.prepare();
});
afterAll(() => services?.close());
beforeEach(() => services.redis.del(EVENT_STREAM, DEAD_LETTERS, 'analytics:events:tries'));
afterEach(async () => {
  for (const undo of cleanUp.splice(0)) await undo();
});

function startWriter(influx: InfluxDb = services.influx): void {
  const { log } = services;
  const settings = { ...services.settings, ANALYTICS_CLAIM_SECONDS: CLAIM_SECONDS, ANALYTICS_TRIES: TRIES };
  cleanUp.push(startEventWriter({ settings, influx, log }));
}

function view(data: StreamEvent['data'] = { path: '/' }): StreamEvent {
  return { id: randomUUID(), event: 'page_view', atMs: Date.now(), data };
}

const written = (id: string) => untilWritten(services.influx, id);
const pending = async () => ((await services.redis.xpending(EVENT_STREAM, GROUP)) as [number])[0];

/** A proxy in front of InfluxDB that can be closed. */
async function startProxy(): Promise<{ influx: InfluxDb; closed: { is: boolean }; requests: () => number }> {
  const closed = { is: false };
  let requests = 0;
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    requests += 1;
    if (closed.is) {
      request.socket.destroy();
      return;
    }
    const answer = await fetch(`${services.settings.INFLUXDB_URL}${request.url}`, {
      method: 'POST',
      headers: { 'content-type': request.headers['content-type']! },
      body: Buffer.concat(chunks),
    });
    response.statusCode = answer.status;
    response.end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp.push(() => new Promise((resolve) => server.close(resolve)));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { influx: new InfluxDb({ ...services.settings, INFLUXDB_URL: url }), closed, requests: () => requests };
}

it('loses nothing while InfluxDB is unavailable, and does not count that as failed attempts', async () => {
  const { influx, closed, requests } = await startProxy();
  const events = Array.from({ length: 300 }, () => view());
  startWriter(influx);
  await services.events.add(events.slice(0, 100));
  await written(events[0]!.id);
  closed.is = true;
  await services.events.add(events.slice(100, 200));
  const before = requests();
  await until(() => requests() >= before + TRIES + 1, 'more attempts than a refused event gets', 20_000);
  await services.events.add(events.slice(200));
  expect(await services.redis.xlen(DEAD_LETTERS)).toBe(0);
  closed.is = false;
  // The writer may have just started its longest wait, of 15 s.
  for (const { id } of events) await untilWritten(services.influx, id, 30_000);
  await until(async () => (await pending()) === 0, 'all to be acknowledged');
}, 90_000);

it('claims the entries of a dead consumer', async () => {
  const dead = services.redis.duplicate({ enableAutoPipelining: false });
  const group = new EventGroup(dead, 'dead');
  await group.ensure();
  const events = [view(), view(), view()];
  await services.events.add(events);
  expect(await group.read(10, 100)).toHaveLength(3);
  dead.disconnect();
  startWriter();
  for (const { id } of events) await written(id);
  await until(async () => (await pending()) === 0, 'all to be acknowledged');
});

it('moves entries that can’t be written to the dead letters after their attempts, and writes the others', async () => {
  await services.events.add([view({ path: '/', quantity: 1 })]);
  startWriter();
  // Not JSON, a fraction in an integer field, and an unknown kind.
  const good = [view(), view()];
  const bad = [view({ quantity: 1.5 }), { ...view(), event: 'sneeze' as 'page_view' }];
  await services.redis.xadd(EVENT_STREAM, '*', 'id', randomUUID(), 'event', 'page_view', 'at', '1', 'data', '{');
  // The field is a number in this shard, so InfluxDB refuses a text, and the whole batch with it.
  const clash = view({ quantity: 'many' });
  await services.events.add([good[0]!, ...bad, clash, good[1]!]);
  for (const { id } of good) await written(id);
  await until(async () => (await services.redis.xlen(DEAD_LETTERS)) === 4, 'the dead letters', 20_000);
  const letters = await services.redis.xrange(DEAD_LETTERS, '-', '+');
  const reasonOf = (id: string) => {
    const fields = letters.map(([, flat]) => flat).find((flat) => flat.includes(id))!;
    return fields[fields.indexOf('reason') + 1];
  };
  expect(reasonOf(clash.id)).toContain('field type conflict');
  await until(async () => (await pending()) === 0, 'nothing to be left');
  expect(await services.redis.exists('analytics:events:tries')).toBe(0);
  expect(await pointsOf(services.influx, clash.id)).toEqual([]);
});

it('continues after Redis lost its data, and trims the stream', async () => {
  startWriter();
  const before = view();
  await services.events.add([before]);
  await written(before.id);
  await services.redis.del(EVENT_STREAM);
  const after = Array.from({ length: 500 }, () => view());
  await services.events.add(after);
  await written(after.at(-1)!.id);
  await until(async () => (await services.redis.xlen(EVENT_STREAM)) <= 200, 'the stream to be trimmed');
});

it('refuses new events instead of dropping accepted ones', async () => {
  const small = new EventStream(services.redis, 3);
  expect(await small.add([view(), view()])).toBe(true);
  expect(await small.add([view(), view()])).toBe(false);
  expect(await small.addOnce(view())).toBe(true);
  expect(await small.addOnce(view())).toBe(false);
  expect(await services.redis.xlen(EVENT_STREAM)).toBe(3);
});

it('adds a purchase once, however often the outbox delivers it', async () => {
  const event = view();
  for (let times = 0; times < 3; times++) expect(await services.events.addOnce(event)).toBe(true);
  expect(await services.redis.xlen(EVENT_STREAM)).toBe(1);
  await services.redis.del(`analytics:added:${event.id}`);
});

it('writes an event to the same point each time', async () => {
  const event = view();
  await services.events.add([event, event]);
  startWriter();
  await written(event.id);
  await until(async () => (await pending()) === 0, 'both to be acknowledged');
  expect(await pointsOf(services.influx, event.id)).toHaveLength(1);
});
