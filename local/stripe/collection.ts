/** A type of Stripe object in SQLite: its JSON document, and the columns for lists and sums. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { CreatedRange } from './parameters.ts';

export interface Identified {
  id: string;
  created: number;
}

export interface CollectionShape<Item extends Identified> {
  table: string;
  /** Column name → its value in a document; lists can be filtered only by `filters`. */
  columns: Record<string, (item: Item) => SQLInputValue>;
  indexes: readonly string[];
}

export interface PageRequest {
  /** 1–100. */
  limit: number;
  startingAfter?: string;
  endingBefore?: string;
  created: CreatedRange;
  /** Column → the required value, or the allowed values. */
  where: Record<string, string | readonly string[] | undefined>;
}

export interface Page {
  /** JSON documents, newest first. */
  documents: string[];
  hasMore: boolean;
}

const COMPARISONS: Record<keyof CreatedRange, string> = { gte: '>=', gt: '>', lte: '<=', lt: '<' };

export class Collection<Item extends Identified> {
  readonly #database: DatabaseSync;
  readonly #shape: CollectionShape<Item>;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #get: StatementSync;
  readonly #pages = new Map<string, StatementSync>();

  constructor(database: DatabaseSync, shape: CollectionShape<Item>) {
    const { table, indexes } = shape;
    const names = Object.keys(shape.columns);
    database.exec(`CREATE TABLE IF NOT EXISTS ${table} (
      seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, created INTEGER NOT NULL,
      ${names.map((name) => `${name}, `).join('')} document TEXT NOT NULL)`);
    for (const column of indexes) {
      database.exec(`CREATE INDEX IF NOT EXISTS ${table}_${column} ON ${table} (${column}, seq)`);
    }
    this.#database = database;
    this.#shape = shape;
    this.#insert = database.prepare(
      `INSERT INTO ${table} (id, created, ${names.map((name) => `${name}, `).join('')} document)
       VALUES (?, ?, ${names.map(() => '?, ').join('')} ?)`,
    );
    this.#update = database.prepare(
      `UPDATE ${table} SET ${names.map((name) => `${name} = ?, `).join('')} document = ? WHERE id = ?`,
    );
    this.#get = database.prepare(`SELECT document FROM ${table} WHERE id = ?`);
  }

  insert(item: Item, document = JSON.stringify(item)): void {
    this.#insert.run(item.id, item.created, ...this.#columnValues(item), document);
  }

  update(item: Item): void {
    this.#update.run(...this.#columnValues(item), JSON.stringify(item), item.id);
  }

  get(id: string): Item | undefined {
    const row = this.#get.get(id);
    return row && (JSON.parse(row.document as string) as Item);
  }

  /** All items whose columns have the values, oldest first. */
  all(where: Record<string, string>): Item[] {
    const conditions = Object.keys(where).map((column) => `${column} = ?`);
    const sql = `SELECT document FROM ${this.#shape.table} WHERE ${conditions.join(' AND ')} ORDER BY seq`;
    return this.#prepared(sql)
      .all(...Object.values(where))
      .map((row) => JSON.parse(row.document as string) as Item);
  }

  /** @throws RangeError with the cursor if it does not exist */
  page(request: PageRequest): Page {
    const conditions: string[] = [];
    const values: SQLInputValue[] = [];
    for (const [column, wanted] of Object.entries(request.where)) {
      if (wanted === undefined) continue;
      const options = typeof wanted === 'string' ? [wanted] : wanted;
      conditions.push(`${column} IN (${options.map(() => '?').join(', ')})`);
      values.push(...options);
    }
    for (const [name, comparison] of Object.entries(COMPARISONS)) {
      const bound = request.created[name as keyof CreatedRange];
      if (bound === undefined) continue;
      conditions.push(`created ${comparison} ?`);
      values.push(bound);
    }
    const backwards = request.endingBefore !== undefined;
    const cursor = request.endingBefore ?? request.startingAfter;
    if (cursor !== undefined) {
      conditions.push(`seq ${backwards ? '>' : '<'} ?`);
      values.push(this.#sequenceOf(cursor));
    }
    const filter = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
    const sql = `SELECT document FROM ${this.#shape.table} ${filter} ORDER BY seq ${backwards ? 'ASC' : 'DESC'} LIMIT ?`;
    const documents = this.#prepared(sql)
      .all(...values, request.limit + 1)
      .map((row) => row.document as string);
    const hasMore = documents.length > request.limit;
    const page = documents.slice(0, request.limit);
    return { documents: backwards ? page.reverse() : page, hasMore };
  }

  #columnValues(item: Item): SQLInputValue[] {
    return Object.values(this.#shape.columns).map((read) => read(item));
  }

  #sequenceOf(id: string): number {
    const row = this.#prepared(`SELECT seq FROM ${this.#shape.table} WHERE id = ?`).get(id);
    if (!row) throw new RangeError(id);
    return row.seq as number;
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#pages.get(sql);
    if (!statement) {
      statement = this.#database.prepare(sql);
      this.#pages.set(sql, statement);
    }
    return statement;
  }
}

/** The ID in a field with an ID or an expanded object. */
export function idOf(value: string | { id: string } | null | undefined): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : value.id;
}
