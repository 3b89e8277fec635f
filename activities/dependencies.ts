import type { Client } from '@temporalio/client';
import type { Redis } from 'ioredis';
import type Stripe from 'stripe';
import type { Settings } from '../infra/config.ts';
import type { ProductIndex } from '../infra/elasticsearch/product-index.ts';
import type { Logger } from '../infra/logger.ts';
import type { Database } from '../infra/postgres/database.ts';
import type { StockCounters } from '../infra/redis/stock-counters.ts';

/** Shared dependencies of all activities, created once per process. */
export interface ActivityDependencies {
  settings: Settings;
  db: Database;
  redis: Redis;
  stockCounters: StockCounters;
  stripe: Stripe;
  productIndex: ProductIndex;
  temporal: Client;
  log: Logger;
}
