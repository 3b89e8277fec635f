/** The entities describe the tables that the migrations create, column by column and in both directions. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectTestServices } from '../../../tests/support/shop.ts';
import type { Orm } from '../orm.ts';

interface Column {
  table: string;
  name: string;
  type: string;
  isNullable: boolean;
  /** A missing value is filled in by the database. */
  hasDefault: boolean;
  isPrimary: boolean;
}

/** PostgreSQL knows only the names and types of a view's columns. */
const VIEWS = new Set(['purchased_lines']);

let orm: Orm;
let stored: Column[];

beforeAll(async () => {
  const services = await connectTestServices();
  orm = services.orm;
  stored = await services.db.rows<Column>(
    `select class.relname as table, attname as name, format_type(atttypid, atttypmod) as type, not attnotnull as "isNullable",
       atthasdef or attidentity <> '' as "hasDefault",
       exists (select 1 from pg_index where indrelid = class.oid and indisprimary and attnum = any(indkey)) as "isPrimary"
     from pg_attribute join pg_class class on class.oid = attrelid
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'v') and relname <> 'schema_migrations'
       and attnum > 0 and not attisdropped`,
  );
});
afterAll(() => orm?.close(true));

/** The names that `format_type` gives to the ORM's types. */
function typeName(declared: string): string {
  return declared
    .replace(/^varchar/, 'character varying')
    .replace(/^char\b/, 'character')
    .replace(/^bigserial$/, 'bigint')
    .replace(/^int$/, 'integer')
    .replace(/^timestamptz(\(\d\))?$/, 'timestamp with time zone')
    .replace(/^numeric\((\d+), ?(\d+)\)$/, 'numeric($1,$2)');
}

function declared(): Column[] {
  return [...orm.getMetadata().getAll().values()].flatMap((entity) =>
    entity.props.flatMap((property) =>
      property.fieldNames.map((name, index) => ({
        table: entity.tableName,
        name,
        type: typeName(property.columnTypes[index]!),
        isNullable: property.nullable ?? false,
        hasDefault: property.defaultRaw !== undefined || property.autoincrement === true,
        isPrimary: property.primary ?? false,
      })),
    ),
  );
}

const sorted = (lines: readonly string[]) => [...lines].sort();
const lineOf = ({ table, name, type, isNullable, hasDefault, isPrimary }: Column): string =>
  `${table}.${name} ${type}${VIEWS.has(table) ? '' : `${isNullable ? ' null' : ''}${hasDefault ? ' default' : ''}${isPrimary ? ' primary' : ''}`}`;

it('are the tables and columns with their types, and no others', () => {
  expect(stored.length).toBeGreaterThan(100);
  expect(sorted(declared().map(lineOf))).toEqual(sorted(stored.map(lineOf)));
});
