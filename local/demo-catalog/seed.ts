/**
 * `npm run seed [-- --products 100000]`: fills the shop with the demo catalog, and a local shop also with the demo accounts.
 * Running it again only adds what is missing.
 */
import { parseArgs } from 'node:util';
import { inBatches } from '../../activities/catalog/import/batches.ts';
import { readSome, SettingsError } from '../../infra/config.ts';
import { connectPostgres } from '../../infra/postgres/orm.ts';
import { DEFAULT_PRODUCTS, generateCatalog } from './generate.ts';
import { isLocalDatabase, seedDemoAccounts } from './seed-accounts.ts';
import { seedCategories, seedProducts } from './seed-writer.ts';

const BATCH = 1000;
const HELP = `npm run seed -- [OPTIONS]
  --products N       number of products in the catalog (${DEFAULT_PRODUCTS})
  --seed TEXT        random seed; each seed gives a different catalog (holdfast)
  --as-of DATE       date of the newest products (2026-01-31)
  --demo-accounts    create the demo accounts even in a database on another machine; their passwords are public`;

const number = new Intl.NumberFormat('en-US');

interface SeedOptions {
  products: number;
  seed: string | undefined;
  asOf: Date | undefined;
  demoAccounts: boolean;
}

class UsageError extends Error {
  override name = 'UsageError';
}

function readOptions(): SeedOptions | undefined {
  const { values } = parseArgs({
    options: {
      products: { type: 'string', default: String(DEFAULT_PRODUCTS) },
      seed: { type: 'string' },
      'as-of': { type: 'string' },
      'demo-accounts': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return undefined;
  const products = Number(values.products);
  if (!Number.isInteger(products) || products < 0) throw new UsageError('--products must be a whole number.');
  const asOf = values['as-of'] === undefined ? undefined : new Date(values['as-of']);
  if (asOf && Number.isNaN(asOf.getTime())) throw new UsageError('--as-of must be a date such as 2026-01-31.');
  return { products, seed: values.seed, asOf, demoAccounts: values['demo-accounts'] };
}

async function seed(options: SeedOptions): Promise<void> {
  const settings = readSome(['POSTGRES_URL', 'CURRENCY']);
  const postgres = await connectPostgres({ ...settings, POSTGRES_POOL_MAX: 2 });
  try {
    const { db } = postgres;
    if (options.demoAccounts || isLocalDatabase(settings.POSTGRES_URL)) {
      console.log(`${await seedDemoAccounts(db)} demo accounts are ready`);
    }
    await seedCategories(db);
    const catalog = generateCatalog({ ...options, currency: settings.CURRENCY });
    let done = 0;
    let made = 0;
    for await (const batch of inBatches(catalog, BATCH)) {
      made += await seedProducts(db, batch);
      done += batch.length;
      console.log(`${number.format(done)} of ${number.format(options.products)} products`);
    }
    console.log(`${number.format(made)} products created, ${number.format(done - made)} already existed`);
  } finally {
    await postgres.close();
  }
}

try {
  const options = readOptions();
  if (options) await seed(options);
  else console.log(HELP);
} catch (error) {
  const expected = error instanceof SettingsError || error instanceof UsageError || error instanceof RangeError;
  const mistyped = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  if (mistyped) console.error(`${(error as Error).message}\n${HELP}`);
  else console.error(expected ? (error as Error).message : error);
  process.exitCode = 1;
}
