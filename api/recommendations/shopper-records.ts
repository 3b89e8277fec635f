/** What PostgreSQL knows of shoppers that recommendations go by, kept in this process: what they chose, and what they bought. */
import type { Sql } from '../../infra/postgres/database.ts';
import { shopperOfCacheKey } from '../../infra/redis/cache-keys.ts';
import { SubscribedCache } from './subscribed-cache.ts';

export interface ShopperRecord {
  isPersonalized: boolean;
  /** Epoch milliseconds; what was before is not used. */
  forgottenAtMs: number;
  /** Ids of what they bought and did not give back, the newest first. */
  bought: readonly string[];
  /** When they bought each, epoch seconds. */
  boughtAtSeconds: Uint32Array;
}

/** So long at most if the word of a change was lost. */
const LIFE_MS = 3_600_000;
/** Of twenty purchases each some 450 bytes. */
const MAX_RECORDS = 100_000;
/** A shopper's newest; what one bought years ago says little beside so many. */
const MAX_PURCHASES = 300;
const MAX_LATELY = 50_000;
const LATELY_DAYS = 180;

export class ShopperRecords extends SubscribedCache<ShopperRecord> {
  readonly #sql: Sql;

  /** @param canonical gives one and the same string for a product, so that a million purchases do not hold a million of them */
  constructor(sql: Sql, canonical: (productId: string) => string) {
    super({
      idOfKey: shopperOfCacheKey,
      load: (names) => readRecords(sql, names, canonical),
      max: MAX_RECORDS,
      lifeMs: LIFE_MS,
      // Whoever opted out may not be used for another second.
      disconnectedMs: 0,
    });
    this.#sql = sql;
  }

  /** @param names `user:<id>` or `visitor:<hash>` @returns a record for each, in order: everybody has one */
  override async find(names: readonly string[]): Promise<ShopperRecord[]> {
    return (await super.find(names)) as ShopperRecord[];
  }

  /** Names of those who bought lately, who are likely to ask. */
  async recentNames(): Promise<string[]> {
    const rows = await this.#sql.rows<{ who: string }>(LATELY, [LATELY_DAYS, MAX_LATELY]);
    return rows.map(({ who }) => who);
  }
}

interface RecordRow {
  who: string;
  personalized: boolean;
  forgotten_at: Date | null;
  /** `<product>:<epoch seconds>,…` */
  bought: string | null;
}

async function readRecords(
  sql: Sql,
  names: readonly string[],
  canonical: (productId: string) => string,
): Promise<Map<string, ShopperRecord>> {
  const rows = await sql.rows<RecordRow>(RECORDS, [names, MAX_PURCHASES]);
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

const LATELY = `
  select 'user:' || user_id as who from orders
  where paid_at > now() - make_interval(days => $1) and user_id is not null
  group by user_id order by max(paid_at) desc limit $2`;

const RECORDS = `
  select asked.who, coalesce(choice.personalized, true) as personalized, choice.forgotten_at, purchases.bought
  from unnest($1::text[]) asked (who)
  left join shopper_choices choice on choice.who = asked.who
  cross join lateral (
    select string_agg(product_id || ':' || extract(epoch from paid_at)::bigint, ',' order by paid_at desc) as bought
    from (
      select product_id, paid_at from purchased_lines
      where user_id = case when asked.who like 'user:%' then substr(asked.who, 6)::uuid end
        and coalesce(choice.personalized, true) and paid_at > coalesce(choice.forgotten_at, 'epoch')
      order by paid_at desc limit $2) line) purchases`;
