/**
 * `npm run import -- FILE [--dry-run]`: imports a catalog from CSV or NDJSON; updates products by SKU and creates new ones. Bad rows are
 * reported by line and skipped; if there are any, the exit code is 1.
 */
import { parseArgs } from 'node:util';
import { readSome, SettingsError } from '../../../infra/config.ts';
import { connectPostgres } from '../../../infra/postgres/orm.ts';
import { type ImportSummary, importCatalog } from './import-catalog.ts';
import { formatOf, ImportFileError, type ImportFormat } from './import-source.ts';

const HELP = `npm run import -- FILE [OPTIONS]
  FILE               .csv with a header line, or .ndjson/.jsonl with one JSON object per line; UTF-8
  --format FORMAT    csv or ndjson, if the file name has no such extension
  --dry-run          validates everything against the shop without changing anything

Columns (an empty or missing one leaves an existing product unchanged; a new product requires sku, name, and price):
  sku             up to 64 characters; identifies the product to update or create
  name            up to 255 characters
  description     up to 5,000 characters
  category        name or slug; created if it does not exist
  price           decimal, more than 0, at most 999999.99, with no more decimal places than its currency has
  currency        three-letter code of a currency that Stripe supports; default: the shop's currency
  stock_quantity  whole number of units on hand, including reserved units; requires stock_version for an existing product
  stock_version   the stock version of the count; the row is rejected if stock has changed since
  stock_delta     units added, or removed if negative; instead of stock_quantity
  stock_reference name of the delivery or correction; requires stock_delta and is applied only once
  image_url       http(s) URL or a path on this server; default: a generated picture
  tags            cotton|striped|gift (NDJSON: a list)
  family          rows with the same value are variants of one product
  options         color=Sage|size=12 oz (NDJSON: an object)`;

const number = new Intl.NumberFormat('en-US');

class UsageError extends Error {
  override name = 'UsageError';
}

function readArguments(): { path: string; format: ImportFormat; dryRun: boolean } | undefined {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      format: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return undefined;
  const [path, ...others] = positionals;
  if (path === undefined || others.length > 0) throw new UsageError('Specify one file.');
  const format = values.format ?? formatOf(path);
  if (format !== 'csv' && format !== 'ndjson') {
    throw new UsageError(`Use --format csv or --format ndjson for ${path}.`);
  }
  return { path, format, dryRun: values['dry-run'] };
}

function counts(summary: Readonly<ImportSummary>): string {
  const { read, made, changed, unchanged, bad } = summary;
  const figures = Object.entries({ new: made, changed, unchanged, bad });
  return `${number.format(read)} rows read: ${figures.map(([name, count]) => `${number.format(count)} ${name}`).join(', ')}`;
}

async function run({ path, format, dryRun }: { path: string; format: ImportFormat; dryRun: boolean }): Promise<void> {
  const settings = readSome(['POSTGRES_URL', 'CURRENCY']);
  const postgres = await connectPostgres({ ...settings, POSTGRES_POOL_MAX: 2 });
  try {
    const options = { path, format, dryRun, currency: settings.CURRENCY };
    const summary = await importCatalog(postgres.db, options, {
      onBadRow: ({ line, reason }) => console.error(`line ${line}: ${reason}`),
      onProgress: (soFar) => console.log(counts(soFar)),
      onUnknownColumns: (names) => console.error(`Ignored unknown columns: ${names.join(', ')}`),
    });
    console.log(`${dryRun ? 'Dry run; nothing was changed. The import would report: ' : 'Done. '}${counts(summary)}.`);
    if (summary.newCategories.length > 0) console.log(`New categories: ${summary.newCategories.join(', ')}.`);
    if (summary.bad > 0) process.exitCode = 1;
  } finally {
    await postgres.close();
  }
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: string };
  if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR') return `The file can’t be read: ${error.message}`;
  if (code?.startsWith('ERR_PARSE_ARGS') || error instanceof UsageError) return `${error.message}\n\n${HELP}`;
  if (error instanceof SettingsError || error instanceof ImportFileError) return error.message;
  return error.stack ?? error.message;
}

try {
  const given = readArguments();
  if (given) await run(given);
  else console.log(HELP);
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
