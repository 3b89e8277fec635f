import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import { expect, it, vi } from 'vitest';
import { builtOnce } from './built-once.ts';
import type { Sql } from './database.ts';
import type { Tables } from './entities/index.ts';
import { anyOf, rowsOf } from './statement-parts.ts';

const query = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});
const sql = { query } as Sql;

it('builds a statement once and supplies the values of each call', () => {
  const build = vi.fn((on: Sql, { id, owners }: { id: string; owners: readonly string[] }) =>
    on.query
      .selectFrom('orders')
      .select('status')
      .where('id', '=', id)
      .where('status', '=', 'paid')
      .where('owner', '=', anyOf(owners)),
  );
  const statement = builtOnce(build);
  const [first, second] = [
    statement(sql, { id: 'a', owners: ['x'] }).compile(),
    statement(sql, { id: 'b', owners: ['y', 'z'] }).compile(),
  ];
  expect(build).toHaveBeenCalledTimes(1);
  expect(first.sql).toBe('select "status" from "orders" where "id" = $1 and "status" = $2 and "owner" = any($3)');
  expect(second.sql).toBe(first.sql);
  expect(first.parameters).toEqual(['a', 'paid', ['x']]);
  expect(second.parameters).toEqual(['b', 'paid', ['y', 'z']]);
});

it('supplies the columns of rows', () => {
  const statement = builtOnce((on, { items }: { items: readonly { sku: string; quantity: number }[] }) =>
    on.query.selectFrom(rowsOf('item', { sku: 'text', quantity: 'integer' }, items)).select('item.sku'),
  );
  const { sql: text, parameters } = statement(sql, {
    items: [
      { sku: 'MUG', quantity: 1 },
      { sku: 'BOWL', quantity: 2 },
    ],
  }).compile();
  expect(text).toBe('select "item"."sku" from unnest($1::text[], $2::integer[]) as "item"("sku", "quantity")');
  expect(parameters).toEqual([
    ['MUG', 'BOWL'],
    [1, 2],
  ]);
});

it('refuses to spread the values, which are not known yet', () => {
  const statement = builtOnce((on, values: { id: string; status: 'paid' }) =>
    on.query.updateTable('orders').set({ ...values }),
  );
  expect(() => statement(sql, { id: 'a', status: 'paid' })).toThrow(TypeError);
});
