/** Imports a whole file: reads, checks, and writes in batches, and reports progress and every bad row. */
import type { Database } from '../../../infra/postgres/database.ts';
import { inBatches } from './batches.ts';
import { type BadRow, type ImportRow, readRow } from './import-row.ts';
import { type ImportFormat, readSource } from './import-source.ts';
import { importBatch } from './import-writer.ts';

export interface ImportOptions {
  path: string;
  format: ImportFormat;
  /** ISO 4217, lower case; the default for rows without a currency. */
  currency: string;
  dryRun: boolean;
  batchSize?: number;
}

export interface ImportSummary {
  read: number;
  made: number;
  changed: number;
  unchanged: number;
  bad: number;
  newCategories: string[];
}

export interface ImportListener {
  onBadRow: (row: BadRow) => void;
  onProgress: (summary: Readonly<ImportSummary>) => void;
  onUnknownColumns: (names: string[]) => void;
}

const BATCH = 1000;

/** @throws ImportFileError, or a file system or database error; batches written before it stay */
export async function importCatalog(
  db: Database,
  options: ImportOptions,
  listener: ImportListener,
): Promise<ImportSummary> {
  const summary: ImportSummary = { read: 0, made: 0, changed: 0, unchanged: 0, bad: 0, newCategories: [] };
  const lineOf = new Map<string, number>();
  const newCategories = new Set<string>();
  const refuse = (row: BadRow): void => {
    summary.bad += 1;
    listener.onBadRow(row);
  };

  async function* validRows(): AsyncGenerator<ImportRow> {
    for await (const item of readSource(options.path, options.format, listener.onUnknownColumns)) {
      summary.read += 1;
      const row = 'reason' in item ? item : readRow(item.record, item.line, options.currency);
      if ('reason' in row) {
        refuse(row);
        continue;
      }
      const earlier = lineOf.get(row.sku);
      if (earlier !== undefined) {
        refuse({ line: row.line, reason: `sku ${row.sku} is already on line ${earlier}` });
        continue;
      }
      lineOf.set(row.sku, row.line);
      yield row;
    }
  }

  for await (const rows of inBatches(validRows(), options.batchSize ?? BATCH)) {
    const result = await importBatch(db, rows, options.dryRun);
    for (const row of result.bad) refuse(row);
    summary.made += result.made;
    summary.changed += result.changed;
    summary.unchanged += result.unchanged;
    // A dry run rolls back each batch, so the next one can create the same category again.
    for (const name of result.newCategories) newCategories.add(name);
    summary.newCategories = [...newCategories];
    listener.onProgress(summary);
  }
  return summary;
}
