/** Exports the training data: purchases from PostgreSQL, and views and carts from the analytics events. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Expression, type InferResult, sql as raw } from 'kysely';
import type { ExportFacts } from '../../../domain/recommendations/publication-check.ts';
import { type InfluxDb, InfluxUnavailable } from '../../../infra/influxdb/client.ts';
import { writeArtifact } from '../../../infra/postgres/artifacts.ts';
import type { Database, Sql } from '../../../infra/postgres/database.ts';
import { now } from '../../../infra/postgres/statement-parts.ts';
import { type History, HistoryBuilder, PURCHASE } from '../model/history.ts';
import { type Choices, readChoices } from './choices.ts';
import { encodeHistory } from './history-codec.ts';
import { readInterest } from './interest-events.ts';
import type { ExportInput, ReportProgress } from './job-messages.ts';

/** Orders per fetch. */
const PAGE = 2_000;
/** Waits between attempts to read the events: long enough for a restart of InfluxDB, not for an outage. */
const EVENT_RETRY_AFTER_MS = [1_000, 2_000, 4_000, 8_000, 15_000];

interface Snapshot {
  builder: HistoryBuilder;
  choices: Choices;
  products: ReadonlySet<string>;
  takenMs: number;
}

type OrderRow = InferResult<ReturnType<typeof selectPurchases>>[number];

function selectPurchases(sql: Sql) {
  return sql.query
    .selectFrom('orders')
    .leftJoin('shopper_choices as choice', (join) =>
      join.on((order) => order('choice.who', '=', raw<string>`'user:' || ${order.ref('orders.user_id')}::text`)),
    )
    .select((order) => {
      const isForgotten = order('orders.paid_at', '<=', order.ref('choice.forgotten_at'));
      return [
        'orders.id as invoice',
        millisecondsOf(order.ref('orders.paid_at')).as('time_ms'),
        // A purchase of a shopper who opted out or had it forgotten counts like a guest's, only for items that are bought together.
        order
          .case()
          .when(order.or([order('choice.personalized', 'is', false), isForgotten]))
          .then(null)
          .else(order.ref('orders.user_id'))
          .end()
          .as('customer'),
        order
          .selectFrom('purchased_lines as line')
          .select((line) => {
            const product = line.ref('line.product_id');
            return raw<string>`string_agg(${product}::text, ',' order by ${product})`.as('products');
          })
          .whereRef('line.order_id', '=', 'orders.id')
          .as('products'),
      ];
    })
    .where('orders.paid_at', 'is not', null)
    .orderBy('orders.paid_at')
    .orderBy('orders.id');
}

/** Since 1970, with a fraction: PostgreSQL's times are more precise than a Date. */
const millisecondsOf = (time: Expression<Date | null>) => raw<number>`extract(epoch from ${time})::float8 * 1000`;

/**
 * Safe to repeat: a new snapshot replaces an earlier one.
 * @param eventRetryAfterMs waits between attempts to read the events
 */
export async function exportHistory(
  db: Database,
  influx: InfluxDb,
  { retrainingId }: ExportInput,
  report: ReportProgress,
  eventRetryAfterMs: readonly number[] = EVENT_RETRY_AFTER_MS,
): Promise<ExportFacts> {
  const snapshot = await takeSnapshot(db, (done, lines) => report(done * 0.6, `${lines} purchased lines`));
  const { builder, takenMs } = snapshot;
  const withoutEvents = await addInterest(snapshot, influx, report, eventRetryAfterMs);
  const history = builder.build();
  report(0.9, 'storing the export');
  await writeArtifact(db, retrainingId, 'history', () => encodeHistory(history));
  return { ...factsOf(history, takenMs), ...(withoutEvents && { withoutEvents }) };
}

/** All reads of PostgreSQL see the same snapshot, so a concurrent purchase or refund is contained completely or not at all. */
function takeSnapshot(db: Database, onPage: (done: number, lines: number) => void): Promise<Snapshot> {
  return db.transaction(
    async (sql) => {
      const builder = new HistoryBuilder();
      const about = await sql.row(
        sql.query
          .selectFrom('orders')
          .select((order) => [millisecondsOf(now).as('taken_ms'), order.fn.countAll<number>().as('orders')])
          .where('paid_at', 'is not', null),
      );
      const choices = await readChoices(sql);
      const products = new Set((await sql.rows(sql.query.selectFrom('products').select('id'))).map(({ id }) => id));
      const purchases = raw`declare purchases no scroll cursor for ${selectPurchases(sql)}`;
      await sql.run({ compile: () => purchases.compile(sql.query) });
      for (let orders = 0; ; ) {
        const page = await sql.rows<OrderRow>(`fetch ${PAGE} from purchases`);
        for (const { customer, time_ms: timeMs, invoice, products: list } of page) {
          for (const item of list?.split(',') ?? [])
            builder.add({ customer: customer ?? undefined, item, invoice, timeMs });
        }
        orders += page.length;
        if (page.length < PAGE) break;
        onPage(Math.min(1, orders / about!.orders), builder.lines);
      }
      return { builder, choices, products, takenMs: about!.taken_ms };
    },
    { isolation: 'repeatable read', readOnly: true },
  );
}

/** Adds views and carts. @returns why they are left out; undefined when they were added */
async function addInterest(
  snapshot: Snapshot,
  influx: InfluxDb,
  report: ReportProgress,
  eventRetryAfterMs: readonly number[],
): Promise<string | undefined> {
  const { builder, choices, products, takenMs } = snapshot;
  for (let attempt = 0; ; attempt += 1) {
    try {
      // A new shop without visitors does not have a database for events yet.
      await influx.prepare();
      const interest = await readInterest(influx, { choices, products, untilMs: takenMs }, (done, events) =>
        report(0.6 + done * 0.3, `${builder.lines} purchased lines, ${events} views and carts`),
      );
      for (const each of interest.events()) builder.add(each);
      return undefined;
    } catch (error) {
      const retryAfterMs = error instanceof InfluxUnavailable ? eventRetryAfterMs[attempt] : undefined;
      if (retryAfterMs === undefined) return `InfluxDB could not be read: ${(error as Error).message}`;
      await delay(retryAfterMs);
    }
  }
}

function factsOf(history: History, takenMs: number): ExportFacts {
  const { customerOf, itemOf, invoiceOf, kindOf, timeMsOf } = history;
  const ofItem = new Int32Array(history.items.length);
  const ofCustomer = new Int32Array(history.customers.length);
  const ofKind = [0, 0, 0];
  let baskets = 0;
  let lastInvoice = -1;
  let [firstMs, lastMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let line = 0; line < itemOf.length; line += 1) {
    ofKind[kindOf[line]!]! += 1;
    if (kindOf[line] !== PURCHASE) continue;
    ofItem[itemOf[line]!]! += 1;
    if (customerOf[line]! >= 0) ofCustomer[customerOf[line]!]! += 1;
    if (invoiceOf[line] !== lastInvoice) baskets += 1;
    lastInvoice = invoiceOf[line]!;
    firstMs = Math.min(firstMs, timeMsOf[line]!);
    lastMs = Math.max(lastMs, timeMsOf[line]!);
  }
  const [lines = 0, carts = 0, views = 0] = ofKind;
  return {
    lines,
    shoppers: history.customers.length,
    products: history.items.length,
    baskets,
    carts,
    views,
    firstMs: lines === 0 ? takenMs : firstMs,
    lastMs: lines === 0 ? takenMs : lastMs,
    takenMs,
    mostOfProduct: ofItem.reduce((most, count) => Math.max(most, count), 0),
    mostOfShopper: ofCustomer.reduce((most, count) => Math.max(most, count), 0),
  };
}
