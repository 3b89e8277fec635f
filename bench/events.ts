/** Analytics events from the API to InfluxDB: 2,000 per second for a while, then the maximum rate, compared with plain XADD. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { readSome } from '../infra/config.ts';
import { InfluxDb } from '../infra/influxdb/client.ts';
import { textTable } from '../infra/text-table.ts';
import { cpuSeconds } from './cpu.ts';
import { percentiles } from './figures.ts';
import type { BenchShop } from './shop.ts';

const AIM_PER_SECOND = 2_000;
const BATCH = 50;
const SENDERS = 8;
const LOOK_MS = 250;
const GIVE_UP_MS = 120_000;

interface Sent {
  events: number;
  refused: number;
  seconds: number;
  answersMs: number[];
}

export async function benchEvents(shop: BenchShop, seconds: number): Promise<void> {
  const influx = new InfluxDb(
    readSome(
      [
        'INFLUXDB_URL',
        'INFLUXDB_DATABASE',
        'INFLUXDB_USER',
        'INFLUXDB_PASSWORD',
        'INFLUXDB_TOKEN',
        'ANALYTICS_RETENTION_DAYS',
      ],
      shop.environment,
    ),
  );
  const rows: string[][] = [];
  const baseline = await plainXadd(shop, Math.max(2, seconds / 3));
  for (const [name, rate] of [
    [`${AIM_PER_SECOND} a second`, AIM_PER_SECOND],
    ['as many as will go', Number.POSITIVE_INFINITY],
  ] as const) {
    const before = await writtenSoFar(influx);
    const cpuBefore = cpuSeconds(shop.processes());
    const looking = new AbortController();
    let sentSoFar = 0;
    const behind: number[] = [];
    const watching = (async () => {
      while (!looking.signal.aborted) {
        behind.push(sentSoFar - ((await writtenSoFar(influx)) - before));
        await delay(LOOK_MS);
      }
    })();
    const sent = await send(shop, seconds, rate, (count) => {
      sentSoFar += count;
    });
    looking.abort();
    await watching;
    const endedAt = performance.now();
    while ((await writtenSoFar(influx)) - before < sent.events) {
      if (performance.now() - endedAt > GIVE_UP_MS) break;
      await delay(50);
    }
    const restMs = performance.now() - endedAt;
    const written = (await writtenSoFar(influx)) - before;
    const cpu = cpuSeconds(shop.processes());
    const used = (process: string) => ((cpu.get(process) ?? 0) - (cpuBefore.get(process) ?? 0)) / sent.seconds;
    const perSecond = sent.events / sent.seconds;
    rows.push([
      name,
      perSecond.toFixed(0),
      percentiles(sent.answersMs).p99.toFixed(0),
      String(Math.max(0, ...behind)),
      restMs.toFixed(0),
      `${written} of ${sent.events}`,
      String(sent.refused),
      (perSecond / baseline).toFixed(2),
      ['api', 'worker', 'influxdb', 'redis'].map((process) => used(process).toFixed(2)).join(' '),
    ]);
  }
  console.log(
    textTable(
      [
        'what',
        'events a second',
        'p99 ms of a batch',
        'most behind',
        'all written after ms',
        'in InfluxDB',
        'refused',
        'ratio to XADD',
        'cores: API worker InfluxDB Redis',
      ],
      rows,
    ),
  );
  console.log(`\nPlain XADD of the same events, ${BATCH} a pipeline, one connection: ${baseline.toFixed(0)} a second.`);
}

/** The senders share the rate; one that is late catches up. */
async function send(
  shop: BenchShop,
  seconds: number,
  perSecond: number,
  onSent: (count: number) => void,
): Promise<Sent> {
  const sent: Sent = { events: 0, refused: 0, seconds: 0, answersMs: [] };
  const begun = performance.now();
  const end = begun + seconds * 1_000;
  let batches = 0;
  const sender = async () => {
    for (;;) {
      const due = begun + (batches * BATCH * 1_000) / perSecond;
      batches += 1;
      if (Math.max(due, performance.now()) >= end) return;
      await delay(Math.max(0, due - performance.now()));
      const at = performance.now();
      const response = await fetch(`${shop.api}/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ events: Array.from({ length: BATCH }, productView) }),
      });
      await response.arrayBuffer();
      sent.answersMs.push(performance.now() - at);
      if (response.status === 202) {
        sent.events += BATCH;
        onSent(BATCH);
      } else sent.refused += BATCH;
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
  sent.seconds = (performance.now() - begun) / 1_000;
  return sent;
}

function productView() {
  return { event: 'product_view', id: randomUUID(), occurred_at: new Date().toISOString(), product_id: randomUUID() };
}

async function writtenSoFar(influx: InfluxDb): Promise<number> {
  const [series] = await influx.series('SELECT count("id") FROM "events"').catch(() => []);
  return Number(series?.values[0]?.[1] ?? 0);
}

/** The rate of plain XADD with the same fields, as a baseline. */
async function plainXadd(shop: BenchShop, seconds: number): Promise<number> {
  const redis = new Redis(shop.environment.REDIS_URL!);
  const key = 'bench:xadd';
  const begun = performance.now();
  let added = 0;
  while (performance.now() - begun < seconds * 1_000) {
    const pipeline = redis.pipeline();
    for (let index = 0; index < BATCH; index++) {
      const { id, event, product_id } = productView();
      const data = JSON.stringify({ product_id });
      pipeline.xadd(key, 'MAXLEN', '~', 10_000, '*', 'id', id, 'event', event, 'at', Date.now(), 'data', data);
    }
    await pipeline.exec();
    added += BATCH;
  }
  const perSecond = added / ((performance.now() - begun) / 1_000);
  await redis.del(key);
  redis.disconnect();
  return perSecond;
}
