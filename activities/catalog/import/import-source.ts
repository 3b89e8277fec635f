/** Reads catalog files as a stream: CSV with a header, or one JSON object per line. A bad record does not end the stream. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Transform } from 'node:stream';
import { type CsvError, parse } from 'csv-parse';
import { type BadRow, COLUMNS } from './import-row.ts';

/** The whole file can't be imported. */
export class ImportFileError extends Error {
  override name = 'ImportFileError';
}

export interface SourceRecord {
  /** Line at which the record starts, from 1. */
  line: number;
  record: Record<string, unknown>;
}

export type ImportFormat = 'csv' | 'ndjson';

const MAX_RECORD_LENGTH = 1024 * 1024;

/** The format by the file's extension; undefined for an unknown extension. */
export function formatOf(path: string): ImportFormat | undefined {
  if (/\.csv$/i.test(path)) return 'csv';
  return /\.(ndjson|jsonl)$/i.test(path) ? 'ndjson' : undefined;
}

/** "Stock Quantity" → "stock_quantity". */
function columnName(header: string): string {
  return header
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
}

/** Explains an error of csv-parse to the author of the file. */
function explain(error: CsvError): string {
  switch (error.code) {
    case 'CSV_RECORD_INCONSISTENT_COLUMNS':
    case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH': {
      const { columns, record } = error as unknown as { columns?: unknown[]; record?: unknown[] };
      return `has ${record?.length ?? 'a different number of'} fields, but the header has ${columns?.length ?? 'a different number'}`;
    }
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'has a quote that is never closed; nothing after this line was read';
    case 'CSV_MAX_RECORD_SIZE':
      return 'is longer than 1 MB; check for a missing quote';
    default:
      return `is not valid CSV: ${error.message}`;
  }
}

/** @throws ImportFileError when the header has no `sku` column or has a column twice */
function readHeader(header: readonly string[], onUnknownColumns: (names: string[]) => void): string[] {
  const names = header.map(columnName);
  if (!names.includes('sku')) {
    throw new ImportFileError(
      `The first line must list the columns, including sku. It is: ${names.join(', ').slice(0, 200)}`,
    );
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new ImportFileError(`The column ${twice} appears twice.`);
  const unknown = names.filter((name) => !COLUMNS.some((column) => column === name));
  if (unknown.length > 0) onUnknownColumns(unknown);
  return names;
}

interface CsvItem {
  record: Record<string, unknown>;
  /** Lines read so far, including this record. */
  info: { lines: number };
  raw: string;
}

async function* readCsv(
  path: string,
  onUnknownColumns: (names: string[]) => void,
): AsyncGenerator<SourceRecord | BadRow> {
  const skipped: BadRow[] = [];
  let headed = false;
  let lastLine = 1;
  const parser = parse({
    bom: true,
    columns: (header: string[]) => {
      headed = true;
      return readHeader(header, onUnknownColumns);
    },
    info: true,
    max_record_size: MAX_RECORD_LENGTH,
    raw: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
  });
  parser.on('skip', (error?: CsvError) => {
    if (!error) return;
    const unclosed = error.code === 'CSV_QUOTE_NOT_CLOSED';
    skipped.push({ line: unclosed ? lastLine + 1 : Number(error.lines ?? lastLine + 1), reason: explain(error) });
  });
  const source = createReadStream(path);
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  for await (const { record, info, raw } of parser as AsyncIterable<CsvItem>) {
    yield* skipped.splice(0);
    const breaks = raw.trim().match(/\r\n|\n|\r/g)?.length ?? 0;
    yield { line: info.lines - breaks, record };
    lastLine = info.lines;
  }
  yield* skipped;
  if (!headed) throw new ImportFileError('The file is empty. The first line must list the columns.');
}

/** Removes the byte order mark that some programs write at the start of a file. */
function withoutByteOrderMark(): Transform {
  let first = true;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const marked = first && chunk.length >= 3 && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
      first = false;
      done(null, marked ? chunk.subarray(3) : chunk);
    },
  });
}

async function* readNdjson(path: string): AsyncGenerator<SourceRecord | BadRow> {
  const source = createReadStream(path);
  const input = source.pipe(withoutByteOrderMark());
  source.on('error', (error) => input.destroy(error));
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    if (text.trim() === '') continue;
    let record: unknown;
    try {
      record = JSON.parse(text);
    } catch {
      yield { line, reason: 'is not valid JSON' };
      continue;
    }
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      yield { line, reason: 'is not a JSON object' };
      continue;
    }
    yield { line, record: record as Record<string, unknown> };
  }
}

/**
 * @param onUnknownColumns called once with the unknown columns of a CSV file
 * @throws ImportFileError, or the system's error when the file can't be read
 */
export function readSource(
  path: string,
  format: ImportFormat,
  onUnknownColumns: (names: string[]) => void = () => {},
): AsyncGenerator<SourceRecord | BadRow> {
  return format === 'csv' ? readCsv(path, onUnknownColumns) : readNdjson(path);
}
