/** The activities on the test's servers, without workflows and the API, for all tests of a file. */
import { afterAll, beforeAll } from 'vitest';
import { type Activities, createActivities } from '../../activities/index.ts';
import type { Services } from '../../infra/services.ts';
import { ledgerOrders } from './ledger-orders.ts';
import { startStock } from './reservations.ts';
import { connectTestServices } from './shop.ts';

export interface ActivityShop {
  readonly services: Services;
  readonly activities: Activities;
  /** Orders created by the activities; their payments and refunds are completed after the tests. */
  readonly orders: ReturnType<typeof ledgerOrders>;
}

export interface ActivityShopOptions {
  settings?: Parameters<typeof connectTestServices>[0];
  /** Outbox topics to process; default: all. Messages of other topics stay in the outbox for inspection. */
  topics?: readonly string[];
}

/** Connects before the tests of the file that calls this, and disconnects after them. */
export function activityShop({ settings, topics }: ActivityShopOptions = {}): ActivityShop {
  let services: Services;
  let activities: Activities;
  let stopStock: (() => Promise<void>) | undefined;
  const shop: ActivityShop = {
    get services() {
      return services;
    },
    get activities() {
      return activities;
    },
    orders: ledgerOrders(() => shop),
  };
  beforeAll(async () => {
    services = await connectTestServices(settings);
    activities = createActivities(services);
    stopStock = await startStock(services, topics);
  });
  afterAll(async () => {
    if (stopStock) await shop.orders.settleAll();
    await stopStock?.();
    await services?.close();
  });
  return shop;
}
