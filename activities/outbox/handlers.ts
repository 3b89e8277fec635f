import type { Client } from '@temporalio/client';
import type { Redis } from 'ioredis';
import { ACCOUNT_CLOSED_TOPIC, ACCOUNT_MAIL_TOPIC } from '../../infra/account-mail.ts';
import type { Settings } from '../../infra/config.ts';
import type { ProductIndex } from '../../infra/elasticsearch/product-index.ts';
import type { InfluxDb } from '../../infra/influxdb/client.ts';
import type { Cache } from '../../infra/redis/cache.ts';
import { CATALOG_TAG, productCacheKey } from '../../infra/redis/cache-keys.ts';
import type { EventStream } from '../../infra/redis/event-stream.ts';
import type { StockCounters } from '../../infra/redis/stock-counters.ts';
import { createAccountMailHandler } from '../accounts/account-mail.ts';
import { createClosedAccountHandler } from '../accounts/closed-account.ts';
import { createPurchaseHandler, PURCHASE_TOPIC } from '../analytics/purchase-handler.ts';
import { indexChanged } from '../catalog/indexing.ts';
import { createMailHandler, type MailHandlerDependencies } from '../email/mail-handler.ts';
import { MAIL_TOPIC } from '../email/queue-mail.ts';
import { notifyOrder, ORDER_CHANGED_TOPIC } from '../orders/signal-order.ts';
import { createForgetHandler, FORGET_TOPIC } from '../recommendations/forget-handler.ts';
import { createTasteHandler, TASTE_TOPIC } from '../recommendations/taste-handler.ts';
import type { OutboxHandlers } from './relay.ts';

/** The handler of each outbox topic. */
export function createOutboxHandlers(
  deps: MailHandlerDependencies & {
    productIndex: ProductIndex;
    stockCounters: StockCounters;
    cache: Cache;
    events: EventStream;
    redis: Redis;
    temporal: Client;
    settings: Pick<Settings, 'EMAIL_HASH_KEY'>;
    influx: InfluxDb;
  },
): OutboxHandlers {
  return {
    /** Safe to repeat: the current state of each product is indexed, and an older version never overwrites a newer one. */
    'product.changed': async (messages, sql) => {
      const ids = [...new Set(messages.map((message) => message.key))];
      try {
        await indexChanged(sql, deps.productIndex, ids);
      } finally {
        // Invalidate even if Elasticsearch is unavailable, so that no cache shows a product that is deleted or sold out.
        await deps.cache.invalidate(ids.map(productCacheKey), [CATALOG_TAG]);
      }
    },

    /** Safe to repeat: the stock counters apply each adjustment once, by its outbox ID. */
    'stock.adjusted': async (messages) => {
      const applied = await Promise.all(
        messages.map((message) => deps.stockCounters.adjust(message.id, message.key, Number(message.payload.delta))),
      );
      if (applied.includes(false)) throw new Error('the stock counters are being rebuilt');
    },

    /** Safe to repeat: the workflow reloads the order's records. */
    [ORDER_CHANGED_TOPIC]: async (messages, sql) => {
      for (const orderId of new Set(messages.map((message) => message.key))) await notifyOrder(deps, sql, orderId);
    },

    [MAIL_TOPIC]: createMailHandler(deps),

    [ACCOUNT_MAIL_TOPIC]: createAccountMailHandler(deps),

    [ACCOUNT_CLOSED_TOPIC]: createClosedAccountHandler(),

    [PURCHASE_TOPIC]: createPurchaseHandler(deps.events),

    [TASTE_TOPIC]: createTasteHandler(deps.cache),

    [FORGET_TOPIC]: createForgetHandler(deps.redis, deps.influx),
  };
}
