import type { Sql } from '../../../infra/postgres/database.ts';

/** Privacy choices by shopper: whether their views and carts count, and from when. Shoppers without an entry made no choice. */
export type Choices = ReadonlyMap<string, { personalized: boolean; forgottenMs: number }>;

export async function readChoices(sql: Sql): Promise<Choices> {
  const rows = await sql.rows(
    sql.query
      .selectFrom('shopper_choices')
      .select(['who', 'personalized', 'forgotten_at'])
      .where((choice) => choice.or([choice.not('personalized'), choice('forgotten_at', 'is not', null)])),
  );
  return new Map(
    rows.map(({ who, personalized, forgotten_at }) => [
      who,
      { personalized, forgottenMs: forgotten_at?.getTime() ?? Number.NEGATIVE_INFINITY },
    ]),
  );
}
