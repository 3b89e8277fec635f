/** Connects one process to every server it uses. */
import type { Redis } from 'ioredis';
import type Stripe from 'stripe';
import type { Settings } from './config.ts';
import { connectElasticsearch, ProductIndex } from './elasticsearch/product-index.ts';
import { Mailer } from './email/mailer.ts';
import { InfluxDb } from './influxdb/client.ts';
import { createLogger, type Logger } from './logger.ts';
import type { Database } from './postgres/database.ts';
import { connectPostgres, type Orm } from './postgres/orm.ts';
import { Cache } from './redis/cache.ts';
import { connectRedis } from './redis/client.ts';
import { EventStream } from './redis/event-stream.ts';
import { StockCounters } from './redis/stock-counters.ts';
import { createStripe } from './stripe/client.ts';
import { connectTemporal, type TemporalConnection } from './temporal/client.ts';

export interface Services {
  settings: Settings;
  log: Logger;
  orm: Orm;
  db: Database;
  redis: Redis;
  stockCounters: StockCounters;
  cache: Cache;
  events: EventStream;
  productIndex: ProductIndex;
  influx: InfluxDb;
  stripe: Stripe;
  mailer: Mailer;
  temporal: TemporalConnection['client'];
  close(): Promise<void>;
}

/**
 * @param options.forWaitingPeople limits the wait for PostgreSQL: a page should get a 503 instead of waiting, but a worker may wait longer
 * @throws when PostgreSQL or Temporal can't be reached; Redis, Elasticsearch, InfluxDB, and the mail server may become available later
 */
export async function connectServices(
  settings: Settings,
  processName: string,
  options: { forWaitingPeople?: boolean } = {},
): Promise<Services> {
  const log = createLogger(processName, settings.LOG_LEVEL);
  const [postgres, temporal] = await Promise.all([
    connectPostgres(settings, options.forWaitingPeople ? settings.POSTGRES_TIMEOUT_MS : undefined),
    connectTemporal(settings),
  ]);
  const redis = connectRedis(settings.REDIS_URL, { timeoutMs: settings.REDIS_TIMEOUT_MS });
  const elasticsearch = connectElasticsearch(settings.ELASTICSEARCH_URL);
  const mailer = new Mailer(settings);
  return {
    settings,
    log,
    orm: postgres.orm,
    db: postgres.db,
    redis,
    stockCounters: new StockCounters(redis),
    cache: new Cache(redis),
    events: new EventStream(redis, settings.ANALYTICS_STREAM_MAX),
    productIndex: new ProductIndex(elasticsearch, settings.ELASTICSEARCH_INDEX),
    influx: new InfluxDb(settings),
    stripe: createStripe(settings),
    mailer,
    temporal: temporal.client,
    async close() {
      redis.disconnect();
      mailer.close();
      await Promise.allSettled([postgres.close(), elasticsearch.close(), temporal.connection.close()]);
    },
  };
}
