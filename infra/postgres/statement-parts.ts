/** SQL fragments that Kysely does not have. */

import { type AliasedRawBuilder, type Expression, type RawBuilder, sql } from 'kysely';
import { Placeholder } from './built-once.ts';

/** The server's time at the start of the transaction. */
export const now = sql<Date>`now()`;

/** For `where('id', '=', anyOf(ids))`: one parameter for any number of values, so that the statement's text stays the same. */
export function anyOf<Value>(values: readonly Value[]): RawBuilder<Value> {
  return sql<Value>`any(${values})`;
}

/** For `where('status', '<>', allOf(statuses))`, which is true if the status is none of them: one parameter, as in `anyOf`. */
export function allOf<Value>(values: readonly Value[]): RawBuilder<Value> {
  return sql<Value>`all(${values})`;
}

/** `days` days before now. */
export function daysAgo(days: number): RawBuilder<Date> {
  return sql<Date>`now() - make_interval(days => ${days})`;
}

/** The ID in a name such as `user:<ID>` (see `domain/identity`); null in a name of another kind. */
export function idIn(kind: 'user' | 'cart', name: Expression<string>): RawBuilder<string> {
  const prefix = `${kind}:`;
  const id = sql`substr(${name}, ${sql.lit(prefix.length + 1)})::uuid`;
  return sql<string>`case when ${name} like ${sql.lit(`${prefix}%`)} then ${id} end`;
}

/** The server's time, moved by seconds: negative for the past. */
export function secondsFromNow(seconds: number): RawBuilder<Date> {
  return sql<Date>`now() + make_interval(secs => ${seconds})`;
}

/**
 * A constant in the statement's text instead of a parameter. The generic plan of a prepared statement can use an index
 * `where status = 'reserved'` only if the text has that condition.
 */
export function literal<Value extends string>(value: Value): RawBuilder<Value> {
  return sql.lit(value);
}

/** The texts of a JSON list as an array. Rows can't hold arrays (`rowsOf`), so they hold lists as JSON. */
export function textsIn(list: Expression<object | null>): RawBuilder<string[]> {
  return sql`array(select jsonb_array_elements_text(${list}))`;
}

/** The pairs of a JSON object as a table, to join beside the object's row. */
export function pairsOf(json: Expression<object>): RawBuilder<{ key: string; value: string }> {
  return sql`jsonb_each_text(${json})`;
}

interface ColumnTypes {
  uuid: string;
  text: string;
  numeric: string;
  integer: number;
  bigint: number;
  boolean: boolean;
  timestamptz: Date;
  jsonb: object;
}

/**
 * Rows as a table, to insert or join any number of them in one statement whose text stays the same:
 * `selectFrom(rowsOf('line', { product_id: 'uuid', quantity: 'integer' }, lines))`.
 * @param columns each column's type in PostgreSQL
 */
export function rowsOf<
  Alias extends string,
  Types extends Record<string, keyof ColumnTypes>,
  Given extends { readonly [Name in keyof Types]: ColumnTypes[Types[Name]] | null },
>(alias: Alias, columns: Types, rows: readonly Given[]): AliasedRawBuilder<Pick<Given, keyof Types>, Alias> {
  const elements = (of: readonly Given[], name: string) => of.map((row) => elementOf(row[name as keyof Types]));
  const arrays = Object.entries(columns).map(([name, type]) => {
    const values =
      rows instanceof Placeholder ? rows.converted((given) => elements(given as Given[], name)) : elements(rows, name);
    return sql`${values}::${sql.raw(type)}[]`;
  });
  const names = Object.keys(columns).map((name) => sql.ref(name));
  return sql<Pick<Given, keyof Types>>`unnest(${sql.join(arrays)})`.as<Alias>(
    sql`${sql.ref(alias)}(${sql.join(names)})`,
  );
}

/** The driver would turn a JSON array within an array into a nested PostgreSQL array, so JSON is written here. */
function elementOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && !(value instanceof Date) ? JSON.stringify(value) : value;
}
