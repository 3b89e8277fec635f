/** `npm run recommend:predict -- --orders FILE --before DATE --out DIR`: writes the recommendations, for other programs to score. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import type { ScoredItem } from '../../../domain/recommendations/top-items.ts';
import { trainBlend } from '../model/blend.ts';
import { HistoryBuilder } from '../model/history.ts';
import { KernelPool } from '../model/kernel-pool.ts';
import { Recommender } from '../model/recommender.ts';
import { progress, readDay, required, runCommand, UsageError } from './command.ts';
import { OrdersFileError, readOrders } from './orders-file.ts';

const HELP = `npm run recommend:predict -- --orders FILE --before DATE --out DIR
  --orders FILE  .csv or .csv.gz with the columns InvoiceNo, StockCode, Quantity, InvoiceDate, UnitPrice, CustomerID
  --before DATE  such as 2011-11-08; only earlier orders are used
  --out DIR      created if it does not exist; existing files are replaced

  new.csv        customer,rank,stock_code: ten items that the customer never bought
  repeat.csv     customer,rank,stock_code: ten items, bought before or not
  similar.csv    stock_code,rank,similar_stock_code: ten items that go with it`;

const report = progress();

/** Writes row by row, and waits for the disk if it is slower. @throws the system's error when the file can't be written */
async function writeLists(
  path: string,
  header: string,
  names: readonly string[],
  items: readonly string[],
  listOf: (number: number) => readonly ScoredItem[],
): Promise<void> {
  const file = createWriteStream(path);
  const written = finished(file);
  written.catch(() => {});
  file.write(`${header}\n`);
  for (const [number, name] of names.entries()) {
    const rows = listOf(number).map(({ item }, place) => `${quoted(name)},${place + 1},${items[item]}\n`);
    if (!file.write(rows.join(''))) await Promise.race([once(file, 'drain'), written]);
    report('writing', `${number + 1} of ${names.length} to ${path}`);
  }
  file.end();
  await written;
}

/** Quotes a customer ID for CSV, since it can be any text. Stock codes consist of letters and digits and need no quotes. */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

await runCommand(HELP, async (signal) => {
  const options = { orders: { type: 'string' }, before: { type: 'string' }, out: { type: 'string' } } as const;
  const { values } = parseArgs({ options });
  const path = required('--orders', values.orders);
  const endMs = readDay('--before', values.before);
  const folder = required('--out', values.out);
  const builder = new HistoryBuilder();
  for await (const purchase of readOrders(path, (lines) => report('reading', `${lines} lines`))) {
    signal.throwIfAborted();
    if (purchase.timeMs < endMs) builder.add(purchase);
  }
  const history = builder.build();
  if (history.customers.length === 0) {
    throw new OrdersFileError(
      `${path} has no purchase by an identified customer before ${values.before}. Choose a later date.`,
    );
  }
  const pool = new KernelPool({ signal });
  try {
    const onProgress = (fraction: number) => report('training', `${history.items.length} items`, fraction);
    const model = new Recommender(await trainBlend(pool, history, { endMs, onProgress }), history, endMs);
    const { customers, items } = history;
    await mkdir(folder, { recursive: true });
    const write = (
      name: string,
      header: string,
      names: readonly string[],
      lists: (of: number) => readonly ScoredItem[],
    ) => writeLists(join(folder, name), header, names, items, lists);
    await write('new.csv', 'customer,rank,stock_code', customers, (customer) => model.newItems(customer));
    await write('repeat.csv', 'customer,rank,stock_code', customers, (customer) => model.anyItems(customer));
    await write('similar.csv', 'stock_code,rank,similar_stock_code', items, (item) => model.similarItems(item));
    console.log(
      `Wrote ten recommendations for each of ${customers.length} customers and ${items.length} items to ${folder}`,
    );
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EEXIST' || code === 'ENOTDIR' || code === 'EISDIR' || code === 'ENOSPC') {
      throw new UsageError(`--out can’t be written: ${(error as Error).message}.`);
    }
    throw error;
  } finally {
    await pool.close();
  }
});
