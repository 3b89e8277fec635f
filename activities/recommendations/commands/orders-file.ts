/** Reads orders as a stream from a CSV file, optionally gzipped, with one item of an invoice per line. */
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { type CsvError, parse } from 'csv-parse';
import type { Purchase } from '../model/history.ts';

/** The file can't be used; the message says what to do. */
export class OrdersFileError extends Error {
  override name = 'OrdersFileError';
}

const COLUMNS = ['InvoiceNo', 'StockCode', 'Quantity', 'InvoiceDate', 'UnitPrice', 'CustomerID'] as const;
type OrderRow = Record<(typeof COLUMNS)[number], string>;

/** Five digits and up to two letters. Postage, fees, samples, and corrections have other codes. */
const STOCK_CODE = /^\d{5}[A-Z]{0,2}$/;
const INVOICE_DATE = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d)?)$/;

/**
 * Converts a row to a purchase; undefined for a cancellation, for items that were given away or returned, and for codes that are not
 * products.
 * @throws OrdersFileError for an invalid date
 */
export function readRow(row: OrderRow): Purchase | undefined {
  const item = row.StockCode.trim().toUpperCase();
  const isSale = !/^C/i.test(row.InvoiceNo.trim()) && Number(row.Quantity) > 0 && Number(row.UnitPrice) > 0;
  if (!isSale || !STOCK_CODE.test(item)) return undefined;
  const customer = row.CustomerID.trim();
  return {
    customer: customer === '' ? undefined : customer,
    item,
    invoice: row.InvoiceNo.trim(),
    timeMs: readTime(row.InvoiceDate.trim()),
  };
}

function readTime(text: string): number {
  const [, day, time] = INVOICE_DATE.exec(text) ?? [];
  const timeMs = Date.parse(`${day}T${time}Z`);
  if (Number.isNaN(timeMs)) {
    throw new OrdersFileError(`InvoiceDate is "${text}". Use the format 2011-10-08 13:45:00.`);
  }
  return timeMs;
}

/**
 * @param onProgress called every 20,000 lines with the number of lines
 * @throws OrdersFileError for a file that is missing, has the wrong format, or is truncated
 */
export async function* readOrders(
  path: string,
  onProgress: (lines: number) => void = () => {},
): AsyncGenerator<Purchase> {
  let lines = 0;
  try {
    for await (const row of rowsOf(path)) {
      lines += 1;
      if (lines % 20_000 === 0) onProgress(lines);
      const purchase = readRow(row);
      if (purchase) yield purchase;
    }
  } catch (error) {
    throw explained(error, path, lines);
  }
  if (lines === 0) throw new OrdersFileError(`${path} has no orders after the header line.`);
}

function rowsOf(path: string): AsyncIterable<OrderRow> {
  const parser = parse({ bom: true, columns: checkedHeader, relax_quotes: true, skip_empty_lines: true });
  const source = createReadStream(path);
  source.on('error', (error) => parser.destroy(error));
  if (!path.endsWith('.gz')) return source.pipe(parser);
  const gunzip = createGunzip();
  gunzip.on('error', (error) => parser.destroy(error));
  return source.pipe(gunzip).pipe(parser);
}

function checkedHeader(header: readonly string[]): string[] {
  const names = header.map((name) => name.trim());
  const missing = COLUMNS.filter((column) => !names.includes(column));
  if (missing.length > 0) {
    throw new OrdersFileError(
      `The first line must list the columns ${COLUMNS.join(', ')}; missing: ${missing.join(', ')}.`,
    );
  }
  return names;
}

function explained(error: unknown, path: string, lines: number): unknown {
  const { code, message } = error as CsvError & NodeJS.ErrnoException;
  if (error instanceof OrdersFileError) {
    return new OrdersFileError(`${path}${lines > 0 ? `, order line ${lines}` : ''}: ${message}`);
  }
  if (code === ('ENOENT' as string))
    return new OrdersFileError(`File ${path} does not exist. Specify a file with --orders.`);
  if (String(code).startsWith('CSV_')) return new OrdersFileError(`${path} is not valid CSV: ${message}`);
  if (String(code).startsWith('Z_')) {
    return new OrdersFileError(`${path} can’t be decompressed (${message}). It is not a gzip file or is truncated.`);
  }
  if (['EACCES', 'EISDIR'].includes(String(code))) return new OrdersFileError(`${path} can’t be read: ${message}`);
  return error;
}
