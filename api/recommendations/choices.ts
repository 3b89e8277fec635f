/** Shoppers' settings for recommendations: whether they are personal, and the deletion of the history that they are based on. */
import type { Database } from '../../infra/postgres/database.ts';
import { anyOf, now, rowsOf } from '../../infra/postgres/statement-parts.ts';
import type { Cache } from '../../infra/redis/cache.ts';
import { shopperCacheKey } from '../../infra/redis/cache-keys.ts';
import type { RecommendationChoices } from '../contracts/recommendations.ts';
import type { ShopperTastes } from './shopper-tastes.ts';

/** Makes the worker anonymize the shopper's analytics events: activities/recommendations/forget-handler.ts. */
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

  /** Combines the settings of all names of one person; an opt-out under any name counts. @param names as returned by `namesOf` */
  async read(names: readonly string[]): Promise<RecommendationChoices> {
    const rows = await this.#db.rows(
      this.#db.query
        .selectFrom('shopper_choices')
        .select(['personalized', 'forgotten_at'])
        .where('who', '=', anyOf(names)),
    );
    const forgotten = rows.flatMap(({ forgotten_at }) => forgotten_at?.getTime() ?? []);
    return {
      personalized: rows.every(({ personalized }) => personalized),
      forgotten_at: forgotten.length > 0 ? new Date(Math.max(...forgotten)).toISOString() : null,
    };
  }

  /** Turns personal recommendations on or off. Turning them off also deletes recent product views. */
  async choose(names: readonly string[], isPersonalized: boolean): Promise<void> {
    const choices = names.map((who) => ({ who, personalized: isPersonalized }));
    await this.#db.run(
      this.#db.query
        .insertInto('shopper_choices')
        .columns(['who', 'personalized'])
        .expression((query) =>
          query
            .selectFrom(rowsOf('choice', { who: 'text', personalized: 'boolean' }, choices))
            .select(['choice.who', 'choice.personalized']),
        )
        .onConflict((known) =>
          known.column('who').doUpdateSet((choice) => ({
            personalized: choice.ref('excluded.personalized'),
            updated_at: now,
          })),
        ),
    );
    await this.#cache.invalidate(names.map(shopperCacheKey));
    if (!isPersonalized) await Promise.all(names.map((name) => this.#tastes.forget(name)));
  }

  /** Stops using all earlier purchases, product views, and cart additions. A repeated call moves the time up to now. */
  async forget(names: readonly string[]): Promise<void> {
    const until = new Date();
    const choices = names.map((who) => ({ who, forgotten_at: until }));
    const messages = names.map((key) => ({ topic: FORGET_TOPIC, key, payload: { untilMs: until.getTime() } }));
    await this.#db.transaction(async (sql) => {
      await sql.run(
        sql.query
          .insertInto('shopper_choices')
          .columns(['who', 'forgotten_at'])
          .expression((query) =>
            query
              .selectFrom(rowsOf('choice', { who: 'text', forgotten_at: 'timestamptz' }, choices))
              .select(['choice.who', 'choice.forgotten_at']),
          )
          .onConflict((known) =>
            known.column('who').doUpdateSet((choice) => ({
              forgotten_at: choice.ref('excluded.forgotten_at'),
              updated_at: now,
            })),
          ),
      );
      await sql.run(
        sql.query
          .insertInto('outbox')
          .columns(['topic', 'key', 'payload'])
          .expression((query) =>
            query
              .selectFrom(rowsOf('message', { topic: 'text', key: 'text', payload: 'jsonb' }, messages))
              .select(['message.topic', 'message.key', 'message.payload']),
          ),
      );
    });
    // The records first: with the new time, views from before it are ignored even while they are not deleted yet.
    await this.#cache.invalidate(names.map(shopperCacheKey));
    await Promise.all(names.map((name) => this.#tastes.forget(name)));
  }
}
