/**
 * The schema's constraints, the last line of defense: each has writes that it must refuse. The lists are compared with the database's
 * catalog in both directions, so a new constraint, unique index, or nullable column needs a row in testing/refused-writes.ts.
 */
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FULFILLMENTS, ORDER_STATUSES, REFUND_STATUSES, RESERVATION_STATUSES } from '../../domain/order-state.ts';
import { UNMATCHED_REASONS } from '../../domain/payment.ts';
import { ROLES } from '../../domain/roles.ts';
import { connectWithFixture, FIXTURE, outcomeOf, refusalOf } from './testing/fixture.ts';
import { NULLABLE, REFUSED_WRITES } from './testing/refused-writes.ts';

let client: Client;
beforeAll(async () => {
  client = await connectWithFixture(process.env.POSTGRES_URL!);
});
afterAll(() => client?.end());

/** SQLSTATE by pg_constraint.contype; a unique index without a constraint counts as `u`. */
const SQLSTATES: Readonly<Record<string, string>> = { c: '23514', f: '23503', p: '23505', u: '23505' };
const NOT_NULL_VIOLATION = '23502';

interface Constraint {
  name: string;
  type: string;
  table: string;
  definition: string;
  /** For foreign keys: the effect of deleting the referenced row (`c` cascades, `a` refuses). */
  onDelete: string;
}

/** All constraints of the schema except "not null", which is checked by column. */
async function constraints(): Promise<Constraint[]> {
  const { rows } = await client.query<Constraint>(
    `select conname as name, contype::text as type, conrelid::regclass::text as table, pg_get_constraintdef(oid) as definition,
       confdeltype::text as "onDelete"
     from pg_constraint where connamespace = 'public'::regnamespace and contype <> 'n' and conrelid <> 0
     union all
     select indexrelid::regclass::text, 'u', indrelid::regclass::text, pg_get_indexdef(indexrelid), ' '
     from pg_index join pg_class on pg_class.oid = indexrelid
     where relnamespace = 'public'::regnamespace and indisunique
       and not exists (select 1 from pg_constraint where conindid = indexrelid and contype in ('p', 'u', 'x'))`,
  );
  return rows.filter(({ table }) => table !== 'schema_migrations');
}

interface Column {
  table: string;
  name: string;
  nullable: boolean;
}

async function columns(): Promise<Column[]> {
  const { rows } = await client.query<Column>(
    `select pg_class.relname as table, attname as name, not attnotnull as nullable
     from pg_attribute join pg_class on pg_class.oid = attrelid
     where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped
     order by relname, attname`,
  );
  return rows.filter(({ table }) => table !== 'schema_migrations');
}

const tablesOf = (all: readonly Column[]) => [...new Set(all.map(({ table }) => table))];

describe('every constraint and unique index', () => {
  it('has refused writes in this list, and every entry of the list exists in the schema', async () => {
    const names = (await constraints()).filter(({ type }) => type !== 'p').map(({ name }) => name);
    expect(names.sort()).toEqual(Object.keys(REFUSED_WRITES).sort());
  });

  it.each(
    Object.entries(REFUSED_WRITES).flatMap(([name, writes]) =>
      writes.map((write, index) => ({ name, write, number: index + 1 })),
    ),
  )('$name, write $number', async ({ name, write }) => {
    const { type } = (await constraints()).find((each) => each.name === name) ?? {};
    const refusal = await refusalOf(client, write);
    expect(refusal, write).toMatchObject({ code: SQLSTATES[type ?? ''], constraint: name });
  });
});

describe('every table', () => {
  it('has a primary key that refuses a second row with the same key', async () => {
    const keys = (await constraints()).filter(({ type }) => type === 'p');
    expect(keys.map(({ table }) => table).sort()).toEqual(tablesOf(await columns()));
    for (const { table, name } of keys) {
      const again = `insert into ${table} overriding system value select * from ${table} limit 1`;
      expect(await refusalOf(client, again), name).toMatchObject({ code: SQLSTATES.p, constraint: name });
    }
  });

  it('has no nullable columns except those listed', async () => {
    const all = await columns();
    const nullable = tablesOf(all).map((table) => [
      table,
      all.filter((column) => column.table === table && column.nullable).map(({ name }) => name),
    ]);
    expect(Object.fromEntries(nullable.filter(([, names]) => names!.length > 0))).toEqual(NULLABLE);
  });

  it('refuses null in the other columns', async () => {
    const all = await columns();
    for (const { table, name } of all.filter((column) => !column.nullable)) {
      const names = all.filter((column) => column.table === table).map((column) => column.name);
      const values = names.map((each) => (each === name ? 'null' : each));
      const write = `insert into ${table} (${names}) overriding system value select ${values} from ${table} limit 1`;
      const refusal = await refusalOf(client, write);
      expect(refusal, `${table}.${name}`).toMatchObject({ code: NOT_NULL_VIOLATION, column: name });
    }
  });

  it('generates the row numbers where their order matters', async () => {
    for (const table of ['order_events', 'outbox'] as const) {
      const write = `insert into ${table} select * from ${table} limit 1`;
      // generated_always
      expect(await refusalOf(client, write), table).toMatchObject({ code: '428C9' });
    }
  });
});

describe('foreign keys', () => {
  it('cascade only to rows that belong to an account, a cart, or a product; an order outlives its account', async () => {
    const cascading = (await constraints()).filter(({ type, onDelete }) => type === 'f' && onDelete !== 'a');
    expect(cascading.map(({ name, onDelete }) => [name, onDelete]).sort()).toEqual([
      ['account_tokens_user_id_fkey', 'c'],
      ['cart_items_cart_id_fkey', 'c'],
      ['carts_user_id_fkey', 'c'],
      ['orders_user_id_fkey', 'n'],
      ['stock_changes_product_id_fkey', 'c'],
    ]);
    const left = await outcomeOf<{ items: number; user_id: string | null }>(
      client,
      `delete from users where id = '${FIXTURE.user}'`,
      `select user_id, (select count(*)::int from cart_items where cart_id = '${FIXTURE.cart}') as items
       from orders where id = '${FIXTURE.order}'`,
    );
    expect(left).toEqual([{ items: 0, user_id: null }]);
  });
});

describe('column values', () => {
  it.each<[string, readonly string[]]>([
    ['users_role_check', ROLES],
    ['reservations_status_check', RESERVATION_STATUSES],
    ['account_tokens_purpose_check', ['reset_password', 'verify_email', 'change_email']],
    ['orders_status_check', ORDER_STATUSES],
    ['orders_fulfillment_check', FULFILLMENTS],
    ['refunds_status_check', REFUND_STATUSES],
    ['refunds_kind_check', ['refund', 'cancellation', 'chargeback']],
    ['payments_status_check', ['open', 'in_flight', 'succeeded', 'canceled']],
    ['payments_unmatched_reason_check', UNMATCHED_REASONS],
    ['payments_refund_status_check', ['pending', 'succeeded', 'failed']],
  ])('%s allows exactly the values in the code', async (name, values) => {
    const { definition } = (await constraints()).find((each) => each.name === name)!;
    const allowed = [...definition.matchAll(/'([a-z_]+)'/g)].map(([, value]) => value);
    expect(allowed.sort()).toEqual([...values].sort());
  });

  it.each([
    [
      'users',
      `insert into users (email, password_hash) values ('plain-${FIXTURE.none}@example.test', '')`,
      'role',
      'customer',
    ],
    [
      'refunds',
      `insert into refunds (id, order_id, request_id, amount, currency, reason, requested_by)
       values ('${FIXTURE.none}', '${FIXTURE.order}', 'default', 1, 'usd', 'r', 'system')`,
      `status || ' ' || attempt || ' ' || restock || ' ' || cancels_units || ' ' || kind`,
      'pending 1 false false refund',
    ],
    [
      'orders',
      `insert into orders (id, reservation_id, owner, total_amount, currency, shipping_address, expires_at)
       values ('${FIXTURE.none}', '${FIXTURE.reservation}', 'x', 1, 'usd', '{}', now())`,
      `status || ' ' || fulfillment || ' ' || captured_amount || ' ' || refunded_amount`,
      'pending unfulfilled 0.000 0.000',
    ],
  ])('a new row of %s has the expected defaults', async (table, write, expression, value) => {
    const created = table === 'users' ? `email like 'plain-%'` : `id = '${FIXTURE.none}'`;
    const read = `select ${expression} as value from ${table} where ${created}`;
    expect(await outcomeOf(client, write, read)).toEqual([{ value }]);
  });
});
