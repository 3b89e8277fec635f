/** Records the statements that this process sends to PostgreSQL. */
import pg from 'pg';

export interface Statement {
  text: string;
  values: readonly unknown[];
  /** Whether it is prepared under a name, so that PostgreSQL may use a generic plan. */
  isPrepared: boolean;
}

interface QueryConfig {
  text?: string;
  values?: readonly unknown[];
  name?: string;
}

/** Runs `work`. @returns each statement that it sent, once, with the values of its first use */
export async function recorded(work: () => Promise<void>): Promise<Statement[]> {
  const seen = new Map<string, Statement>();
  const { prototype } = pg.Client;
  const original = prototype.query;
  prototype.query = function record(this: pg.Client, ...args: unknown[]) {
    const [first, second] = args as [string | QueryConfig, unknown];
    const config: QueryConfig =
      typeof first === 'string' ? { text: first, values: Array.isArray(second) ? second : [] } : first;
    const { text, values = [], name } = config;
    if (text && !seen.has(text)) seen.set(text, { text, values, isPrepared: name !== undefined });
    return (original as (...given: unknown[]) => unknown).apply(this, args);
  } as typeof original;
  try {
    await work();
  } finally {
    prototype.query = original;
  }
  return [...seen.values()].filter(({ text }) => /^\s*(with|select|insert|update|delete)\b/i.test(text));
}
