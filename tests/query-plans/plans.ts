/** Query plans and execution times of statements. */
import { createRequire } from 'node:module';
import type pg from 'pg';
import type { Statement } from './recorder.ts';

const { prepareValue } = createRequire(import.meta.url)('pg/lib/utils') as {
  prepareValue(value: unknown): string | Buffer | null;
};

export type PlanKind = 'custom' | 'generic';

export interface Plan {
  /** Tables that were scanned sequentially, with their numbers of rows. */
  scans: string[];
  /** Fastest of a few runs. */
  milliseconds: number;
  text: string;
}

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  Plans?: PlanNode[];
}

/** A sequential scan is best for a table this small. */
const SMALL_TABLE_ROWS = 1_000;
const RUNS = 5;

/** Runs the statement, in a transaction that is rolled back. */
export async function planOf(client: pg.Client, statement: Statement, kind: PlanKind): Promise<Plan> {
  const values = statement.values.map((value) => literal(client, value)).join(', ');
  await client.query('begin');
  try {
    await client.query(`set local plan_cache_mode = force_${kind}_plan`);
    await client.query(`prepare planned as ${statement.text}`);
    const execute = `execute planned${values ? `(${values})` : ''}`;
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain ${execute}`);
    const text = rows.map((row) => row['QUERY PLAN']).join('\n');
    const { plan, milliseconds } = await fastest(client, execute);
    return { scans: await scansOf(client, plan), milliseconds, text };
  } finally {
    await client.query('rollback');
    await client.query('deallocate all');
  }
}

interface Explained {
  Plan: PlanNode;
  'Execution Time'?: number;
}

/** Rows written during the recording often can't be written again. */
const INTEGRITY_VIOLATION = /^23/;

/** The fastest of several runs; only the plan if the statement can't be run again. */
async function fastest(client: pg.Client, execute: string): Promise<{ plan: PlanNode; milliseconds: number }> {
  const explain = async (options: string): Promise<Explained> => {
    const { rows } = await client.query<{ 'QUERY PLAN': [Explained] }>(`explain (${options}, format json) ${execute}`);
    return rows[0]!['QUERY PLAN'][0];
  };
  let plan: PlanNode | undefined;
  let milliseconds = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run += 1) {
    await client.query('savepoint before');
    try {
      const explained = await explain('analyze, timing off');
      plan = explained.Plan;
      milliseconds = Math.min(milliseconds, explained['Execution Time']!);
      await client.query('rollback to savepoint before');
    } catch (error) {
      if (!INTEGRITY_VIOLATION.test(String((error as { code?: string }).code))) throw error;
      await client.query('rollback to savepoint before');
      return { plan: (await explain('costs off')).Plan, milliseconds: 0 };
    }
  }
  return { plan: plan!, milliseconds };
}

async function scansOf(client: pg.Client, plan: PlanNode): Promise<string[]> {
  const names = new Set<string>();
  const visit = (node: PlanNode): void => {
    if (/Seq Scan$/.test(node['Node Type']) && node['Relation Name']) names.add(node['Relation Name']);
    for (const child of node.Plans ?? []) visit(child);
  };
  visit(plan);
  const { rows } = await client.query<{ name: string; count: number }>(
    'select relname as name, reltuples::int as count from pg_class where relname = any($1) and reltuples > $2',
    [[...names], SMALL_TABLE_ROWS],
  );
  return rows.map(({ name, count }) => `${name} (${count} rows)`);
}

function literal(client: pg.Client, value: unknown): string {
  const prepared = prepareValue(value);
  if (prepared === null || prepared === undefined) return 'null';
  return client.escapeLiteral(Buffer.isBuffer(prepared) ? `\\x${prepared.toString('hex')}` : String(prepared));
}
