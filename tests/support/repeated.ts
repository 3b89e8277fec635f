/** Runs an activity as Temporal may: again after its result was lost, and while an earlier attempt is still running. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect } from 'vitest';
import type { Services } from '../../infra/services.ts';
import type { OpenedOrder } from './ledger-orders.ts';
import { until } from './shop.ts';

/** The records that an activity may change, by ID. */
export interface Scope {
  orderIds?: readonly string[];
  productIds?: readonly string[];
  reservationIds?: readonly string[];
}

/** A call of an activity with its own records. */
export interface Repeatable {
  run: () => Promise<unknown>;
  scope: Scope;
  /** A repeated run returns that the work was already done. */
  answersOtherwise?: boolean;
  /** The activity only reads. */
  onlyReads?: boolean;
  /** Reads what the activity changes outside of the scope. */
  look?: () => Promise<unknown>;
}

/** The records that an order's steps change. */
export const scopeOf = ({ product, reservation, order }: OpenedOrder): Scope => ({
  orderIds: [order.orderId],
  productIds: [product.id],
  reservationIds: [reservation.reservationId],
});

export const onlyReads = async (prepared: Promise<Repeatable>): Promise<Repeatable> => ({
  ...(await prepared),
  onlyReads: true,
});

/** Runs `work` in an activity context, where it may send heartbeats. */
export const inActivity = <Result>(work: () => Promise<Result>): Promise<Result> =>
  new MockActivityEnvironment().run(work) as Promise<Result>;

/** Concurrent attempts; more than the two that Temporal could have. */
const AT_ONCE = 4;

/**
 * Expects that a second run, and a run after several concurrent ones, finds the work done: it changes no row, no stock counter, and nothing
 * at Stripe, and returns the same. Any number of concurrent runs has the same effect as one.
 * @param prepare creates separate records for each of the two parts
 */
export async function expectRepeatable(services: Services, prepare: () => Promise<Repeatable>): Promise<void> {
  const inTurn = await prepare();
  const before = await contentsOf(services, inTurn);
  const first = await inActivity(inTurn.run);
  const after = await contentsOf(services, inTurn);
  if (inTurn.onlyReads) expect(after).toEqual(before);
  else expect(after).not.toEqual(before);
  const second = await inActivity(inTurn.run);
  if (!inTurn.answersOtherwise) expect(second).toEqual(first);
  expect(await contentsOf(services, inTurn)).toEqual(after);

  const atOnce = await prepare();
  const attempts = await Promise.allSettled(Array.from({ length: AT_ONCE }, () => inActivity(atOnce.run)));
  // Stripe refuses an idempotency key whose first request is still running, which Temporal would retry.
  const answers = attempts.filter((attempt) => attempt.status === 'fulfilled').map(({ value }) => value);
  expect(answers.length, JSON.stringify(attempts)).toBeGreaterThan(0);
  const last = await inActivity(atOnce.run);
  if (!atOnce.answersOtherwise) for (const answer of answers) expect(answer).toEqual(last);
  expect(withoutNames(await contentsOf(services, atOnce))).toEqual(withoutNames(after));
}

/** By table, the rows of the scope as JSON, without `updated_at`. */
const QUERIES: Readonly<Record<string, { of: keyof Scope; sql: string }>> = {
  orders: {
    of: 'orderIds',
    sql: `select to_jsonb(o) - 'updated_at' - 'number' as row from orders o where id = any($1::uuid[])`,
  },
  order_items: { of: 'orderIds', sql: 'select to_jsonb(i) as row from order_items i where order_id = any($1::uuid[])' },
  shipments: { of: 'orderIds', sql: 'select to_jsonb(s) as row from shipments s where order_id = any($1::uuid[])' },
  shipment_items: {
    of: 'orderIds',
    sql: 'select to_jsonb(i) as row from shipment_items i join shipments s on s.id = i.shipment_id where s.order_id = any($1::uuid[])',
  },
  order_events: {
    of: 'orderIds',
    sql: 'select to_jsonb(e) as row from order_events e where order_id = any($1::uuid[])',
  },
  order_contact_changes: {
    of: 'orderIds',
    sql: 'select to_jsonb(c) as row from order_contact_changes c where order_id = any($1::uuid[])',
  },
  payments: {
    of: 'orderIds',
    sql: `select to_jsonb(p) - 'updated_at' as row from payments p where order_id = any($1::uuid[])`,
  },
  payment_failures: {
    of: 'orderIds',
    sql: `select to_jsonb(f) as row from payment_failures f join payments p on p.id = f.payment_id where p.order_id = any($1::uuid[])`,
  },
  refunds: {
    of: 'orderIds',
    sql: `select to_jsonb(r) - 'updated_at' as row from refunds r where order_id = any($1::uuid[])`,
  },
  refund_items: {
    of: 'orderIds',
    sql: 'select to_jsonb(i) as row from refund_items i join refunds r on r.id = i.refund_id where r.order_id = any($1::uuid[])',
  },
  disputes: {
    of: 'orderIds',
    sql: `select to_jsonb(d) - 'updated_at' as row from disputes d where order_id = any($1::uuid[])`,
  },
  outbox: {
    of: 'orderIds',
    sql: 'select to_jsonb(m) as row from outbox m where key = any($1::text[])',
  },
  product_messages: {
    of: 'productIds',
    sql: `select to_jsonb(m) as row from outbox m where key = any($1::text[]) and topic <> 'stock.adjusted'`,
  },
  products: { of: 'productIds', sql: 'select to_jsonb(p) as row from products p where id = any($1::uuid[])' },
  reservations: {
    of: 'reservationIds',
    sql: `select to_jsonb(r) - 'updated_at' as row from reservations r where id = any($1::uuid[])`,
  },
  reservation_items: {
    of: 'reservationIds',
    sql: 'select to_jsonb(i) as row from reservation_items i where reservation_id = any($1::uuid[])',
  },
};

type Contents = Record<string, unknown>;

async function contentsOf(services: Services, { scope, look }: Repeatable): Promise<Contents> {
  const contents: Contents = {};
  for (const [part, { of, sql }] of Object.entries(QUERIES)) {
    const rows = await services.db.rows<{ row: unknown }>(sql, [scope[of] ?? []]);
    contents[part] = rows.map(({ row }) => JSON.stringify(row)).sort();
  }
  contents.counters = await countersOf(services, scope);
  contents.stripe = await Promise.all((scope.orderIds ?? []).map((orderId) => atStripe(services, orderId)));
  contents.other = await look?.();
  return contents;
}

/** Counters of the products and reservations, once their outbox messages are applied. */
async function countersOf({ db, stockCounters, redis }: Services, scope: Scope): Promise<unknown> {
  const { productIds = [], reservationIds = [] } = scope;
  const isCounted = async () =>
    !(await db.row(`select 1 from outbox where topic = 'stock.adjusted' and key = any($1::text[])`, [productIds]));
  await until(isCounted, 'the stock counters to be updated');
  return {
    available: [...(await stockCounters.available(productIds)).values()],
    marks: await Promise.all(reservationIds.map((id) => redis.hgetall(`{stock}:reservation:${id}`))),
  };
}

/** Payments at Stripe that name the order, with their refunds. */
async function atStripe({ stripe }: Services, orderId: string): Promise<unknown> {
  const { data } = await stripe.paymentIntents.list({ limit: 100 });
  const intents = data.filter(({ metadata }) => metadata.order_id === orderId);
  return Promise.all(
    intents.map(async ({ id, status, amount, amount_received }) => {
      const refunds = await stripe.refunds.list({ payment_intent: id, limit: 100 });
      return {
        status,
        amount,
        amount_received,
        refunds: refunds.data.map((each) => [each.id, each.status, each.amount]),
      };
    }),
  );
}

/** Removes IDs, times, and row numbers, to compare the contents of different records. */
function withoutNames(contents: Contents): unknown {
  const text = JSON.stringify(contents, (_key, value) =>
    Array.isArray(value) && value.every((each) => typeof each === 'string') ? value.map(plain).sort() : value,
  );
  return JSON.parse(plain(text));
}

const plain = (text: string): string =>
  text
    .replaceAll(/\b(pi|re|ch|dp|du|py)_[\w-]+/g, '$1')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'id')
    .replaceAll(/TEST-[0-9a-f-]+/gi, 'sku')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)/g, 'time')
    .replaceAll(/(\\*"id\\*":) ?\d+/g, '$1 0')
    .replaceAll(/(\\*"version\\*":) ?\d+/g, '$1 0');
