/** What shoppers choose about recommendations: whether they are for them in person, and that what happened so far is forgotten. */
import type { Database } from '../../infra/postgres/database.ts';
import type { Cache } from '../../infra/redis/cache.ts';
import { shopperCacheKey } from '../../infra/redis/cache-keys.ts';
import type { RecommendationChoices } from '../contracts/recommendations.ts';
import type { ShopperTastes } from './shopper-tastes.ts';

/** The worker takes the name off the analytics events: activities/recommendations/forget-handler.ts. */
const FORGET_TOPIC = 'history.forget';

export class ShopperChoices {
  readonly #db: Database;
  readonly #cache: Cache;
  readonly #tastes: ShopperTastes;

  constructor(db: Database, cache: Cache, tastes: ShopperTastes) {
    this.#db = db;
    this.#cache = cache;
    this.#tastes = tastes;
  }

  /** Of one person under several names: what any of them says. @param names as `namesOf` gives them */
  async read(names: readonly string[]): Promise<RecommendationChoices> {
    const rows = await this.#db.rows<{ personalized: boolean; forgotten_at: Date | null }>(
      'select personalized, forgotten_at from shopper_choices where who = any($1)',
      [names],
    );
    const forgotten = rows.flatMap(({ forgotten_at }) => forgotten_at?.getTime() ?? []);
    return {
      personalized: rows.every(({ personalized }) => personalized),
      forgotten_at: forgotten.length > 0 ? new Date(Math.max(...forgotten)).toISOString() : null,
    };
  }

  /** Without personal recommendations, what was looked at is not kept either. */
  async choose(names: readonly string[], isPersonalized: boolean): Promise<void> {
    await this.#db.run(
      `insert into shopper_choices (who, personalized) select who, $2 from unnest($1::text[]) who
       on conflict (who) do update set personalized = excluded.personalized, updated_at = now()`,
      [names, isPersonalized],
    );
    await this.#cache.invalidate(names.map(shopperCacheKey));
    if (!isPersonalized) await Promise.all(names.map((name) => this.#tastes.forget(name)));
  }

  /** What was bought, looked at and put into carts until now is not used any more. Said again, it goes up to the new moment. */
  async forget(names: readonly string[]): Promise<void> {
    const now = new Date();
    await this.#db.transaction(async (sql) => {
      await sql.run(
        `insert into shopper_choices (who, forgotten_at) select who, $2 from unnest($1::text[]) who
         on conflict (who) do update set forgotten_at = excluded.forgotten_at, updated_at = now()`,
        [names, now],
      );
      await sql.run(
        `insert into outbox (topic, key, payload)
         select $3, who, jsonb_build_object('untilMs', $2::bigint) from unnest($1::text[]) who`,
        [names, now.getTime(), FORGET_TOPIC],
      );
    });
    // In this order: whoever reads in between finds nothing, or what is over.
    await this.#cache.invalidate(names.map(shopperCacheKey));
    await Promise.all(names.map((name) => this.#tastes.forget(name)));
  }
}
