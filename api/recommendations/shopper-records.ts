/** Caches in this process the shoppers' recommendation settings and purchases, which are stored in PostgreSQL. */
import { type NotNull, sql as raw } from 'kysely';
import { userOwner } from '../../domain/identity.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import { daysAgo, idIn, rowsOf } from '../../infra/postgres/statement-parts.ts';
import { shopperOfCacheKey } from '../../infra/redis/cache-keys.ts';
import { SubscribedCache } from './subscribed-cache.ts';

export interface ShopperRecord {
  isPersonalized: boolean;
  /** Epoch milliseconds; earlier activity is not used. */
  forgottenAtMs: number;
  /** IDs of purchased products that were not fully refunded, newest first. */
  bought: readonly string[];
  /** Time of each purchase in epoch seconds. */
  boughtAtSeconds: Uint32Array;
}

/** Bounds the age of a record whose invalidation was lost. */
const LIFE_MS = 3_600_000;
/** A record with twenty purchases takes about 450 bytes. */
const MAX_RECORDS = 100_000;
/** A shopper's latest purchases; after this many, older ones hardly matter. */
const MAX_PURCHASES = 300;
const MAX_RECENT = 50_000;
const RECENT_DAYS = 180;

export class ShopperRecords extends SubscribedCache<ShopperRecord> {
  readonly #sql: Sql;

  /** @param canonical returns the same string for equal product IDs, so that a million purchases don't keep a million strings */
  constructor(sql: Sql, canonical: (productId: string) => string) {
    super({
      idOfKey: shopperOfCacheKey,
      load: (names) => readRecords(sql, names, canonical),
      max: MAX_RECORDS,
      lifeMs: LIFE_MS,
      // While disconnected, records are not cached at all, so that an opt-out takes effect immediately.
      disconnectedMs: 0,
    });
    this.#sql = sql;
  }

  /** @param names `user:<id>` or `visitor:<hash>` @returns a record for each name, in order; never undefined */
  override async find(names: readonly string[]): Promise<ShopperRecord[]> {
    return (await super.find(names)) as ShopperRecord[];
  }

  /** Names of recent buyers, who are likely to request recommendations. */
  async recentNames(): Promise<string[]> {
    const rows = await this.#sql.rows(
      this.#sql.query
        .selectFrom('orders')
        .select('user_id')
        .where('paid_at', '>', daysAgo(RECENT_DAYS))
        .where('user_id', 'is not', null)
        .groupBy('user_id')
        .orderBy((order) => order.fn.max('paid_at'), 'desc')
        .limit(MAX_RECENT)
        .$narrowType<{ user_id: NotNull }>(),
    );
    return rows.map(({ user_id }) => userOwner(user_id));
  }
}

async function readRecords(
  sql: Sql,
  names: readonly string[],
  canonical: (productId: string) => string,
): Promise<Map<string, ShopperRecord>> {
  const rows = await sql.rows(selectRecords(sql, names));
  return new Map(
    rows.map(({ who, personalized, forgotten_at, bought }) => {
      const entries = bought ? bought.split(',') : [];
      return [
        who,
        {
          isPersonalized: personalized,
          forgottenAtMs: forgotten_at?.getTime() ?? 0,
          bought: entries.map((entry) => canonical(entry.slice(0, entry.indexOf(':')))),
          boughtAtSeconds: Uint32Array.from(entries, (entry) => Number(entry.slice(entry.indexOf(':') + 1))),
        },
      ];
    }),
  );
}

/** Selects one row per shopper, with `bought` as `<product>:<epoch seconds>,…`. */
function selectRecords(sql: Sql, names: readonly string[]) {
  const requested = rowsOf(
    'requested',
    { who: 'text' },
    names.map((who) => ({ who })),
  );
  return sql.query
    .selectFrom(requested)
    .leftJoin('shopper_choices as choice', 'choice.who', 'requested.who')
    .crossJoinLateral((query) => {
      const isPersonalized = query.fn.coalesce('choice.personalized', raw.lit(true));
      const lines = query
        .selectFrom('purchased_lines')
        .select(['purchased_lines.product_id', 'purchased_lines.paid_at'])
        .where('purchased_lines.user_id', '=', idIn('user', query.ref('requested.who')))
        .where(isPersonalized)
        .where('purchased_lines.paid_at', '>', query.fn.coalesce('choice.forgotten_at', EPOCH))
        .orderBy('purchased_lines.paid_at', 'desc')
        .limit(MAX_PURCHASES)
        .as('line');
      return query
        .selectFrom(lines)
        .select((line) => {
          const [product, paidAt] = [line.ref('line.product_id'), line.ref('line.paid_at')];
          const entry = raw`${product} || ':' || extract(epoch from ${paidAt})::bigint`;
          return raw<string | null>`string_agg(${entry}, ',' order by ${paidAt} desc)`.as('bought');
        })
        .as('purchases');
    })
    .select((record) => [
      'requested.who',
      record.fn.coalesce('choice.personalized', raw.lit(true)).as('personalized'),
      'choice.forgotten_at',
      'purchases.bought',
    ]);
}

const EPOCH = raw<Date>`'epoch'`;
