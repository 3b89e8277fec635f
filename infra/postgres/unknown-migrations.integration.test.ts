/** A database of another build stays unchanged, and the error says what to do. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RunError, run } from '../../local/stack/processes/run.ts';
import { CHECKOUT } from '../../local/stack/profile.ts';

const server = process.env.POSTGRES_URL!;
const name = `old_${randomBytes(4).toString('hex')}`;
const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;

async function query<Row extends pg.QueryResultRow>(connectionString: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return client
    .query<Row>(sql)
    .then(({ rows }) => rows)
    .finally(() => client.end());
}

beforeAll(async () => {
  await query(server, `create database ${name}`);
});
afterAll(() => query(server, `drop database ${name} with (force)`));

const migrate = () =>
  run(process.execPath, [join(CHECKOUT, 'infra/postgres/migrate.ts')], {
    cwd: CHECKOUT,
    environment: { POSTGRES_URL: url },
  });
const tables = () =>
  query(url, `select table_name from information_schema.tables where table_schema = 'public' order by table_name`);

it('migrate names the unknown migrations, changes nothing, and suggests a solution', async () => {
  await query(
    url,
    `create table schema_migrations (id serial primary key, name text, executed_at timestamptz default now());
     insert into schema_migrations (name) values ('0001-shop'), ('0002-support-desk');
     create table orders (id uuid primary key)`,
  );
  const before = await tables();
  const error = await migrate().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RunError);
  const output = (error as RunError).lines.join('\n');
  expect(output).toContain('0001-shop, 0002-support-desk');
  expect(output).toContain('npm start -- --reset');
  expect(await tables()).toEqual(before);

  await query(url, 'drop table schema_migrations; drop table orders');
  expect(await migrate()).toContain('0001-first-release');
  expect(await migrate()).toContain('up to date');
});
