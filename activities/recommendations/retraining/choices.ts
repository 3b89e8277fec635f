import type { Sql } from '../../../infra/postgres/database.ts';

/** Whose views and carts count, and from when on; people who are not named here chose nothing. */
export type Choices = ReadonlyMap<string, { personalised: boolean; forgottenMs: number }>;

export async function readChoices(sql: Sql): Promise<Choices> {
  const rows = await sql.rows<{ who: string; personalised: boolean; forgotten_at: Date | null }>(
    'select who, personalised, forgotten_at from shopper_choices where not personalised or forgotten_at is not null',
  );
  return new Map(
    rows.map(({ who, personalised, forgotten_at }) => [
      who,
      { personalised, forgottenMs: forgotten_at?.getTime() ?? Number.NEGATIVE_INFINITY },
    ]),
  );
}
